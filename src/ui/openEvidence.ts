import { EvidenceDesk } from '../core/evidenceDesk';
import { DisposableStore, type Disposable } from '../core/lifecycle';
import type { LockGateway } from '../core/lockGateway';
import type { Clock } from '../core/ports';
import type { ProcessFinder } from '../core/processSearch';
import { usualAge } from '../core/usualAge';
import type { HoldHistoryStore } from '../storage/holdHistoryStore';
import { EvidenceViews } from './evidenceViews';
import type { Settings } from './settings';

interface EvidenceDeps {
  readonly clock: Clock;
  readonly gateway: LockGateway;
  readonly processes: ProcessFinder;
  readonly history: HoldHistoryStore;
  readonly settings: Settings;
  /** `user@host` of this editor. */
  readonly who: string;
}

/** Wires the evidence of holders: what is usual comes from the history, as far as there is one. */
export function openEvidence(
  deps: EvidenceDeps,
): Disposable & { readonly desk: EvidenceDesk; readonly views: EvidenceViews } {
  const { clock, gateway, processes, history, settings, who } = deps;
  const store = new DisposableStore();
  const desk = store.add(
    new EvidenceDesk({
      clock,
      reader: gateway,
      processes,
      who,
      requestTimeoutMs: () => settings.value.polling.requestTimeoutMs,
      usual: (state, operation) =>
        usualAge(
          settings.value.history ? history.usualHoldMs(state.path, operation) : undefined,
          settings.staleAfterMs(operation),
        ),
    }),
  );
  store.add(
    history.onDidLoadUsual(() => {
      desk.look();
    }),
  );
  return {
    desk,
    views: new EvidenceViews(desk),
    dispose: () => {
      store.dispose();
    },
  };
}
