import type { Backend } from './backend';
import { consulBackend } from './consul/consulBackend';
import { etcdBackend } from './etcdv3/etcdBackend';
import { localBackend } from './local/localBackend';
import { s3Backend } from './s3/s3Backend';

/** Every backend whose locks can be read. The one place that gathers them. */
export const backends: readonly Backend[] = [s3Backend, consulBackend, etcdBackend, localBackend];
