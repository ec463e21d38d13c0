import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { allowedActions } from '../../src/core/allowedActions';
import { locksOf } from '../../src/core/lockStatus';
import type { EmptyReason } from '../../src/present/emptyView';
import { detailRows } from '../../src/present/detailRows';
import { stateRows } from '../../src/present/locksView';
import {
  commands,
  contextKeys,
  settingKeys,
  settingsSection,
  views,
} from '../../src/ui/contributions';
import { projectRoot } from '../support/projectRoot';
import { now, statusesWith, unresolvedView, viewOf } from '../support/samples';
import { manifest, readProjectFile as read } from './manifestFile';

const { contributes } = manifest;
const settings = contributes.configuration.properties;
const commandIds = contributes.commands.map(({ command }) => command);
const sorted = (items: Iterable<string>): string[] => [...items].sort();

describe('the manifest', () => {
  it('keeps the public names', () => {
    assert.equal(`${manifest.publisher}.${manifest.name}`, 'state-lock.terraform-state-lock');
    assert.equal(manifest.displayName, 'Terraform State Lock');
    assert.deepEqual(
      contributes.views['stateLock']?.map(({ id, name }) => [id, name]),
      [['stateLock.locks', 'State Locks']],
    );
    assert.deepEqual(
      contributes.viewsContainers.activitybar.map(({ id, title }) => [id, title]),
      [['stateLock', 'State Locks']],
    );
  });

  it('declares the commands, views and settings of contributions.ts, and no others', () => {
    assert.deepEqual(sorted(commandIds), sorted(Object.values(commands)));
    const viewIds = Object.values(contributes.views).flatMap((list) => list.map(({ id }) => id));
    assert.deepEqual(sorted(viewIds), sorted(Object.values(views)));
    assert.deepEqual(
      sorted(Object.keys(settings)),
      sorted(Object.values(settingKeys).map((key) => `${settingsSection}.${key}`)),
    );
  });

  it('declares every id that the source names', () => {
    const known = new Set<string>([
      ...commandIds,
      ...Object.values(views),
      ...Object.values(contextKeys),
      ...Object.keys(settings),
      // Status bar items need no declaration.
      'stateLock.status',
      'stateLock.terminal',
      'stateLock.risk',
    ]);
    const sources = readdirSync(path.join(projectRoot, 'src'), {
      recursive: true,
      encoding: 'utf8',
    }).filter((file) => file.endsWith('.ts'));
    assert.ok(sources.length > 30);
    for (const file of sources) {
      for (const [id] of read(path.join('src', file)).matchAll(/\bstateLock(?:\.[A-Za-z]+)+/g)) {
        assert.ok(known.has(id), `${id} in ${file} is declared nowhere`);
      }
    }
  });

  it('has every command registered, under the category State Lock', () => {
    const registered = read('src/ui/commands/register.ts').matchAll(/register\(commands\.(\w+)/g);
    assert.deepEqual(sorted([...registered].map((m) => m[1] ?? '')), sorted(Object.keys(commands)));
    for (const { title, category } of contributes.commands) {
      assert.equal(category, 'State Lock');
      assert.match(title, /^[A-Z][A-Za-z -]+…?$/);
    }
  });

  it('asks for the VS Code whose types it is compiled with', () => {
    assert.equal(manifest.engines['vscode'], `^${manifest.devDependencies['@types/vscode'] ?? ''}`);
  });

  it('says what an untrusted workspace keeps it from doing, and restricts real settings', () => {
    const { supported, description, restrictedConfigurations } =
      manifest.capabilities.untrustedWorkspaces;
    assert.equal(supported, 'limited');
    assert.match(description, /nothing is sent over the network/);
    for (const key of restrictedConfigurations) assert.ok(key in settings, key);
    // What may start programs is no workspace's business, trusted or not.
    assert.equal(settings['stateLock.aws.credentialProcess']?.scope, 'machine');
  });

  it('names only pictures that exist', () => {
    const contributed = [
      ...contributes.viewsContainers.activitybar,
      ...Object.values(contributes.views).flat(),
    ];
    for (const file of [manifest.icon, ...contributed.map(({ icon }) => icon)]) {
      assert.match(file, /^media\//);
      assert.ok(existsSync(path.join(projectRoot, file)), `${file} is missing`);
    }
  });

  it('comes with a lock file that ties nobody to one registry', () => {
    assert.doesNotMatch(read('package-lock.json'), /"resolved"\s*:/);
  });
});

describe('the menus', () => {
  const items = Object.values(contributes.menus).flat();

  it('offer only commands that exist, in the view that exists', () => {
    for (const { command, when } of items) {
      assert.ok(commandIds.includes(command), command);
      assert.match(when ?? '', /^view == stateLock\.locks(?: && viewItem =~ \/[^/]+\/)?$/);
    }
  });

  it('offer each action on exactly the rows where it is allowed', () => {
    const rowItems = contributes.menus['view/item/context'] ?? [];
    const offered = (contextValue: string): Set<string> =>
      new Set(
        rowItems
          .filter(({ when }) =>
            new RegExp(/=~ \/(.*)\/$/.exec(when ?? '')?.[1] ?? '(?!)').test(contextValue),
          )
          .map(({ command }) => command),
      );
    for (const view of [...statusesWith().map((status) => viewOf(status)), unresolvedView()]) {
      const allowed = allowedActions(view);
      const locked = locksOf(view.status).length > 0;
      const expected = [
        ...(allowed.acquire ? [commands.acquire, commands.openLockedTerminal] : []),
        ...(allowed.release ? [commands.release, commands.setTimeLimit] : []),
        ...(allowed.cleanUp ? [commands.cleanUp] : []),
        ...(allowed.wait ? [commands.waitAndAcquire, commands.notifyWhenReleased] : []),
        ...(allowed.forceUnlock ? [commands.forceUnlock] : []),
        ...(locked ? [commands.copyLockId, commands.copyLockInfo] : []),
        commands.revealBackendBlock,
      ];
      for (const row of stateRows([view], now)) {
        assert.deepEqual(sorted(offered(row.contextValue)), sorted(expected));
      }
      for (const row of detailRows(view, now)) {
        const copied = row.label === 'ID' ? [commands.copyLockId] : [];
        assert.deepEqual([...offered(row.contextValue)], copied);
      }
    }
  });
});

describe('the welcome texts', () => {
  it('answer every reason why the tree is empty', () => {
    const reasons: Record<Exclude<EmptyReason, 'none'>, 0> = {
      noBackend: 0,
      untrusted: 0,
      noCredentials: 0,
      error: 0,
    };
    assert.deepEqual(
      sorted(contributes.viewsWelcome.map(({ when }) => when)),
      sorted(Object.keys(reasons).map((reason) => `${contextKeys.empty} == ${reason}`)),
    );
    assert.ok(contributes.viewsWelcome.every(({ view }) => view === views.locks));
  });

  it('link only to commands that exist', () => {
    for (const { contents } of contributes.viewsWelcome) {
      const links = [...contents.matchAll(/\(command:([^)]+)\)/g)].map((match) => match[1] ?? '');
      assert.ok(links.length > 0);
      for (const link of links) {
        assert.ok(commandIds.includes(link) || link === 'workbench.trust.manage', link);
      }
    }
  });
});

describe('the settings', () => {
  const source = read('src/ui/settings.ts');

  it('have a default, a description and bounds', () => {
    for (const [key, setting] of Object.entries(settings)) {
      assert.notEqual(setting.default, undefined, key);
      assert.match(setting.markdownDescription ?? '', /^[A-Z][^]+\.$/, key);
      if (setting.type === 'number') {
        const { minimum, maximum, default: value } = setting;
        assert.ok(minimum !== undefined && maximum !== undefined, key);
        assert.ok(typeof value === 'number' && minimum <= value && value <= maximum, key);
      }
      assert.equal(setting.enum?.length, setting.enumDescriptions?.length, key);
      if (setting.enum) assert.ok(setting.enum.includes(String(setting.default)), key);
    }
  });

  it('have in the code the defaults and bounds that the manifest promises', () => {
    const found = [...source.matchAll(/seconds\(settingKeys\.(\w+), (\d+), (\d+), (\d+)\)/g)];
    assert.equal(found.length, 3);
    for (const [, name = '', ...numbers] of found) {
      const key = (settingKeys as Readonly<Record<string, string>>)[name] ?? '';
      const setting = settings[`${settingsSection}.${key}`];
      const [value, least, most] = numbers.map(Number);
      assert.equal(setting?.default, value, key);
      assert.equal(setting?.maximum, most, key);
      // 0 pauses reading; the code knows it apart from the bounds.
      assert.equal(setting?.minimum, name === 'pollingUnfocusedInterval' ? 0 : least, key);
    }
    assert.match(source, /unfocused === 0 \? 0 : seconds\(/);
  });

  it('have the same words and minutes in the code', () => {
    const stale = settings['stateLock.staleAfter'];
    const minutes = Number(/defaultStaleMinutes = (\d+)/.exec(source)?.[1]);
    assert.ok(stale);
    assert.equal((stale.default as Record<string, number>)['default'], minutes);
    assert.deepEqual(stale.additionalProperties, { type: 'number', exclusiveMinimum: 0 });
    const program = settings['stateLock.aws.credentialProcess'];
    assert.ok(program);
    assert.match(source, /=== 'always' \? 'always' : 'onRequest'/);
    assert.deepEqual(program.enum, ['onRequest', 'always']);
    assert.equal(program.default, 'onRequest');
  });
});
