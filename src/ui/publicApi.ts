import type { StateLockApi, StateLockStatus } from '../api';
import type { LockBoard, StateView } from '../core/lockBoard';
import { DisposableStore, Emitter, type Disposable } from '../core/lifecycle';
import type { LockPoller } from '../core/lockPoller';
import { locksOf } from '../core/lockStatus';
import { isWatched, viewTitle } from '../present/lockWords';

/** The board, as other extensions see it. */
export class PublicApi implements Disposable {
  private readonly store = new DisposableStore();
  private readonly changeEmitter = this.store.add(new Emitter<readonly StateLockStatus[]>());
  private before = new Map<string, string>();

  readonly api: StateLockApi;

  constructor(
    private readonly board: LockBoard,
    poller: LockPoller,
  ) {
    this.api = Object.freeze({
      version: 1,
      statuses: () => board.views().map(toStatus),
      onDidChange: this.changeEmitter.event,
      // Another extension is not a person: it must not be able to make a credential program run.
      refresh: () => poller.refresh({ userStarted: false }),
    });
    this.store.add(
      board.onDidChange(() => {
        this.update();
      }),
    );
  }

  dispose(): void {
    this.store.dispose();
  }

  private update(): void {
    const now = new Map<string, string>();
    const changed: StateLockStatus[] = [];
    for (const view of this.board.views()) {
      const status = toStatus(view);
      const mark = JSON.stringify([
        status.status,
        status.reason,
        status.locks.map((lock) => [lock.place, lock.id]),
      ]);
      now.set(view.id, mark);
      if (this.before.get(view.id) !== mark) {
        changed.push(status);
      }
    }
    this.before = now;
    if (changed.length > 0) {
      this.changeEmitter.fire(changed);
    }
  }
}

function toStatus(view: StateView): StateLockStatus {
  const { status, state } = view;
  const locks = locksOf(status);
  const [lock] = locks;
  return {
    backend: state?.backend ?? view.modules[0].block.type,
    state: viewTitle(view),
    modules: view.modules.map((module) => module.dir),
    status: status.kind,
    ...(state === undefined ? {} : { workspace: state.workspace }),
    ...(isWatched(view) ? { watched: true as const } : {}),
    ...(status.kind === 'unknown' ? { reason: status.error.reason } : {}),
    ...('at' in status ? { checkedAt: new Date(status.at) } : {}),
    ...(lock === undefined ? {} : { lock: { ...lock.record.info } }),
    locks: locks.map(({ place, record }) => ({ ...record.info, place: place.label })),
  };
}
