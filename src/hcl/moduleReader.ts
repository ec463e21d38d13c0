import { isJsonFile } from '../core/moduleFiles';
import type { BackendBlockReader, ReadResult } from './backendBlocks';
import { JsonBlockReader } from './jsonBlocks';

/** Reads the files of a module in whichever of the two syntaxes they are. */
export class ModuleReader {
  private readonly json = new JsonBlockReader();

  constructor(private readonly hcl: Pick<BackendBlockReader, 'read' | 'forget'>) {}

  read(documentKey: string, text: string): Promise<ReadResult> {
    return this.readerOf(documentKey).read(documentKey, text);
  }

  forget(documentKey: string): void {
    this.readerOf(documentKey).forget(documentKey);
  }

  private readerOf(documentKey: string): Pick<BackendBlockReader, 'read' | 'forget'> {
    return isJsonFile(documentKey) ? this.json : this.hcl;
  }
}
