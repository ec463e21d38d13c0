import type { LockGateway } from '../core/lockGateway';
import type { LockLister } from '../core/lockListing';
import type { StateExplorer } from '../core/stateExplorer';
import type { BackendSettings } from './backend';

/** The messages between the extension host and the network thread. All of it is structured-cloneable. */
export type GatewayMethod = keyof LockGateway | keyof LockLister | keyof StateExplorer;

export type ToWorker =
  | {
      readonly kind: 'call';
      readonly call: number;
      readonly method: GatewayMethod;
      readonly args: readonly unknown[];
    }
  | { readonly kind: 'cancel'; readonly call: number }
  | { readonly kind: 'settings'; readonly settings: BackendSettings };

export type FromWorker =
  | { readonly kind: 'result'; readonly call: number; readonly value: unknown }
  | { readonly kind: 'error'; readonly call: number; readonly message: string }
  | { readonly kind: 'log'; readonly message: string };

/** Methods whose last argument is an abort signal; it stays on its side and travels as a `cancel` message. */
export const cancellable: Readonly<Record<GatewayMethod, boolean>> = {
  resolve: false,
  readMany: true,
  awaitChange: true,
  prepare: true,
  renew: true,
  identify: true,
  acquire: true,
  release: true,
  listSources: false,
  measureSource: true,
  listPage: true,
  stateOfListed: false,
  inspect: false,
  permissions: false,
  createLockTable: true,
  listWorkspaces: true,
  checkState: true,
};

/** Methods that never use the network: the only ones that an untrusted workspace may call. */
export const offline: Readonly<Record<GatewayMethod, boolean>> = {
  resolve: true,
  inspect: true,
  permissions: true,
  readMany: false,
  awaitChange: false,
  prepare: false,
  renew: false,
  identify: false,
  acquire: false,
  release: false,
  createLockTable: false,
  listSources: true,
  measureSource: false,
  listPage: false,
  stateOfListed: true,
  listWorkspaces: false,
  checkState: false,
};
