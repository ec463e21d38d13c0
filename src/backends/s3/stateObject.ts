import type { ObjectSettings } from './s3Config';

/** The object that holds a state. */
export interface StateObject {
  readonly bucket: string;
  readonly key: string;
  readonly settings: ObjectSettings;
}
