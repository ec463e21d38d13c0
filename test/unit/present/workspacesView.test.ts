import assert from 'node:assert/strict';
import type { StateView } from '../../../src/core/lockBoard';
import { detailRows } from '../../../src/present/detailRows';
import { stateRows } from '../../../src/present/locksView';
import { workspaceItems } from '../../../src/present/workspacesView';
import { only } from '../../support/fakes';
import {
  freeStatus,
  hostileTexts,
  locked,
  now,
  sampleModule,
  sampleState,
  unknown,
  viewOf,
} from '../../support/samples';

const dir = 'file:///w/network';

/** The view of a workspace; `watched`: because somebody watches it. */
function workspaceView(
  workspace: string,
  watched: boolean,
  status: Parameters<typeof viewOf>[0] = freeStatus,
): StateView {
  const key = workspace === 'default' ? 'k' : `env:/${workspace}/k`;
  const state = {
    ...sampleState(key),
    workspace,
    capabilities: ['listWorkspaces', 'checkState'] as const,
  };
  const module = { ...sampleModule(dir, state), ...(watched ? { watched: workspace } : {}) };
  return viewOf(status, state, { modules: [module] });
}

describe('the list of workspaces', () => {
  const views = [
    workspaceView('default', false),
    workspaceView('dev', true, locked('held')),
    workspaceView('gone', true, unknown()),
  ];
  const items = workspaceItems(['default', 'dev', 'prod'], {
    dir,
    watched: ['dev', 'gone'],
    views,
    now,
  });

  it('says of each what is known, and ticks those that are watched', () => {
    assert.deepEqual(
      items.map(({ name, description, picked }) => [name, description, picked]),
      [
        ['default', 'selected · free', false],
        ['dev', 'alice@build-07 · apply · 12m', true],
        ['prod', '', false],
        ['gone', 'has no state · unknown: not reachable', true],
      ],
    );
  });

  it('knows nothing of the workspaces of another module', () => {
    const [other] = workspaceItems(['dev'], { dir: 'file:///w/other', watched: [], views, now });
    assert.equal(other?.description, '');
  });

  it('shows names as letters', () => {
    for (const name of hostileTexts) {
      const item = only(workspaceItems([name], { dir, watched: [], views: [], now }));
      assert.doesNotMatch(item.label, /\$\(|\]\(|[\n\r\u202e]/);
      assert.equal(item.name, name);
    }
  });
});

describe('the row of a watched workspace', () => {
  it('says which workspace it is, and can be taken off', () => {
    const row = only(stateRows([workspaceView('dev', true)], now));
    assert.equal(row.label, 'env:/dev/k (workspace dev)');
    const tokens = row.contextValue.split(' ');
    for (const token of ['canAcquire', 'watched', 'canListWorkspaces', 'canCheckState']) {
      assert.ok(tokens.includes(token), token);
    }
    const details = detailRows(workspaceView('dev', true), now);
    assert.equal(details.find(({ label }) => label === 'Watched beside')?.description, 'network');
  });

  it('is that of the module where the workspace is selected too', () => {
    const view = workspaceView('dev', true);
    const [watched] = view.modules;
    const both = { ...view, modules: [sampleModule(dir, view.state), watched] as const };
    const row = only(stateRows([{ ...both, modules: [...both.modules] }], now));
    assert.equal(row.label, 'env:/dev/k');
    assert.ok(row.contextValue.split(' ').includes('watched'));
    const own = only(stateRows([workspaceView('dev', false)], now));
    assert.ok(!own.contextValue.split(' ').includes('watched'));
  });
});
