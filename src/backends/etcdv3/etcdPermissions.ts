import type { LevelPermissions, PermissionLevel } from '../../core/permissions';
import { AttributeReader } from '../attributes';
import type { Backend } from '../backend';
import { lockRange } from './etcdKeys';

/** The grants of etcd roles for watching, taking and breaking the lock of one state, and no more. Offline. */
export const etcdPermissions: NonNullable<Backend['permissions']> = async (
  block,
  context,
  host,
) => {
  const attributes = new AttributeReader(block);
  const written = attributes.string('prefix') ?? '';
  const isKnown = attributes.problems.length === 0;
  const prefix = isKnown ? written : 'PREFIX';
  const state = prefix + (await host.workspaceOf(context));
  const { start, end = '' } = lockRange(state);
  const levelOf = (level: PermissionLevel, kind: 'read' | 'readwrite'): LevelPermissions => ({
    level,
    grants: [{ actions: [kind], resources: [`${start} ${end}`], optional: false }],
    policy: `etcdctl role grant-permission ROLE ${kind} ${quoted(start)} ${quoted(end)}`,
    language: 'shell',
  });
  return {
    title: 'etcdv3 backend',
    levels: [
      levelOf('watch', 'read'),
      levelOf('acquireAndRelease', 'readwrite'),
      levelOf('forceUnlock', 'readwrite'),
    ],
    notes: [
      'They are only needed where authentication of etcd is switched on. Replace ROLE by a role of the user.',
      'etcd cannot tell a release from a force unlock: who may release locks may also break them. The extension asks first.',
      `This is for one workspace. For all: etcdctl role grant-permission ROLE readwrite --prefix=true ${quoted(prefix)}`,
      `Terraform itself needs more: readwrite on the state's own key ${state}, and on all keys of the prefix to list workspaces.`,
      ...(isKnown ? [] : ['prefix is not a constant in the block: replace PREFIX.']),
    ],
  };
};

/** For a POSIX shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
