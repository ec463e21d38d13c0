import { HoldKeeper } from '../core/holdKeeper';
import { DisposableStore, type Disposable } from '../core/lifecycle';
import type { LockBoard } from '../core/lockBoard';
import type { LockGateway } from '../core/lockGateway';
import type { LockPoller } from '../core/lockPoller';
import type { LockService } from '../core/lockService';
import { OwnLockWatch } from '../core/ownLockWatch';
import { isMine, manualOperation } from '../core/ownLocks';
import type { Clock } from '../core/ports';
import type { OwnLockFiles } from '../storage/ownLockFiles';
import { HoldNotices } from './holdNotices';
import type { LogChannel } from './logChannel';
import type { Notices } from './notices';
import { OwnLockNotices } from './ownLockNotices';
import type { Settings } from './settings';
import type { LockedTerminals } from './terminals/lockedTerminals';

interface OwnLocksDeps {
  readonly board: LockBoard;
  readonly poller: LockPoller;
  readonly gateway: Pick<LockGateway, 'renew'>;
  readonly service: LockService;
  readonly ownLocks: OwnLockFiles;
  readonly notices: Notices;
  readonly terminals: LockedTerminals;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly log: LogChannel;
}

/** Wires what becomes of the locks that are held here: they are renewed, run out, grow old or are broken. */
export function watchOwnLocks(deps: OwnLocksDeps): Disposable {
  const store = new DisposableStore();
  const { board, poller, gateway, service, ownLocks, notices, terminals, settings } = deps;
  const { clock, log } = deps;
  const requestTimeoutMs = (): number => settings.value.polling.requestTimeoutMs;
  const watch = store.add(
    new OwnLockWatch({
      clock,
      board,
      ownLocks,
      isActing: (state) => service.isActing(state),
      reload: () => ownLocks.reload(),
      oldAfterMs: () => settings.staleAfterMs(manualOperation),
    }),
  );
  const keeper = store.add(
    new HoldKeeper({
      clock,
      board,
      gateway,
      log,
      requestTimeoutMs,
      refresh: (state) => poller.refresh({ userStarted: false, places: state.places }),
      isMine: (lock, state) => isMine(ownLocks, lock, state),
    }),
  );
  store.add(new HoldNotices({ keeper, clock, log }));
  store.add(
    new OwnLockNotices({
      watch,
      service,
      ownLocks,
      notices,
      terminals,
      clock,
      log,
      requestTimeoutMs,
    }),
  );
  return store;
}
