import * as vscode from 'vscode';
import type { BackendSettings } from '../backends/backend';
import type { HolderRule } from '../core/ciHolders';
import { DisposableStore, Emitter, type Disposable } from '../core/lifecycle';
import type { PollSettings } from '../core/lockPoller';
import { shortOperation } from '../core/operations';
import { settingKeys, settingsSection } from './contributions';

/** A snapshot of the settings, within their bounds whatever a settings file says. */
export interface SettingsSnapshot {
  readonly polling: PollSettings;
  readonly backend: BackendSettings;
  /** A lock that is taken here is given back after this long, in ms; missing where it has no time limit. */
  readonly acquireLimitMs?: number;
  readonly codeLens: boolean;
  readonly fileDecorations: boolean;
  /** A force unlock goes on without a backup only where none can be had. */
  readonly requireBackup: boolean;
  /** Whom to ask about locks, first match wins. */
  readonly holders: readonly HolderRule[];
  /** What is observed of locks is remembered on this machine. */
  readonly history: boolean;
  /** Minutes by operation; `default` for all others. */
  readonly staleAfterMinutes: Readonly<Record<string, number>>;
}

const defaultStaleMinutes = 60;

/** The settings, read once per change. */
export class Settings implements Disposable {
  private readonly store = new DisposableStore();
  private readonly changeEmitter = this.store.add(new Emitter<SettingsSnapshot>());
  private snapshot = readSettings();

  readonly onDidChange = this.changeEmitter.event;

  constructor() {
    this.store.add(
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration(settingsSection)) {
          this.snapshot = readSettings();
          this.changeEmitter.fire(this.snapshot);
        }
      }),
    );
  }

  get value(): SettingsSnapshot {
    return this.snapshot;
  }

  /** Age in ms from which a lock of this operation is called stale. */
  staleAfterMs(operation: string): number {
    const minutes = this.snapshot.staleAfterMinutes;
    const own = Object.hasOwn(minutes, shortOperation(operation))
      ? minutes[shortOperation(operation)]
      : undefined;
    return (own ?? minutes['default'] ?? defaultStaleMinutes) * 60_000;
  }

  dispose(): void {
    this.store.dispose();
  }
}

function acquireLimit(minutes: unknown): Pick<SettingsSnapshot, 'acquireLimitMs'> {
  const isSet = typeof minutes === 'number' && Number.isFinite(minutes) && minutes > 0;
  return isSet ? { acquireLimitMs: Math.min(minutes, 43_200) * 60_000 } : {};
}

function readSettings(): SettingsSnapshot {
  const section = vscode.workspace.getConfiguration(settingsSection);
  const seconds = (key: string, fallback: number, least: number, most: number): number => {
    const value = section.get<unknown>(key);
    const number = typeof value === 'number' && Number.isFinite(value) ? value : fallback;
    return Math.min(most, Math.max(least, number)) * 1000;
  };
  const profile = section.get<unknown>(settingKeys.profile);
  const unfocused = section.get<unknown>(settingKeys.pollingUnfocusedInterval);
  return {
    polling: {
      intervalMs: seconds(settingKeys.pollingInterval, 15, 5, 3600),
      unfocusedIntervalMs:
        unfocused === 0 ? 0 : seconds(settingKeys.pollingUnfocusedInterval, 60, 5, 3600),
      requestTimeoutMs: seconds(settingKeys.requestTimeout, 10, 1, 120),
    },
    backend: {
      credentialProcess:
        section.get<unknown>(settingKeys.credentialProcess) === 'always' ? 'always' : 'onRequest',
      ...(typeof profile === 'string' && profile !== '' ? { profile } : {}),
    },
    ...acquireLimit(section.get<unknown>(settingKeys.acquireTimeout)),
    codeLens: section.get<unknown>(settingKeys.codeLens) !== false,
    fileDecorations: section.get<unknown>(settingKeys.fileDecorations) !== false,
    requireBackup: section.get<unknown>(settingKeys.requireBackup) !== false,
    holders: holderRules(section.get<unknown>(settingKeys.holders)),
    history: section.get<unknown>(settingKeys.history) !== false,
    staleAfterMinutes: minutesByOperation(section.get<unknown>(settingKeys.staleAfter)),
  };
}

function minutesByOperation(value: unknown): Readonly<Record<string, number>> {
  if (typeof value !== 'object' || value === null) {
    return {};
  }
  const entries = Object.entries(value).filter(
    (entry): entry is [string, number] => typeof entry[1] === 'number' && entry[1] > 0,
  );
  return Object.fromEntries(entries);
}

function holderRules(value: unknown): readonly HolderRule[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [];
  return list.flatMap((entry) => {
    if (typeof entry !== 'object' || entry === null) {
      return [];
    }
    const texts = ['who', 'info', 'contact', 'url'].flatMap((name) => {
      const text = (entry as Readonly<Record<string, unknown>>)[name];
      return typeof text === 'string' && text !== '' ? [[name, text]] : [];
    });
    return [Object.fromEntries(texts) as HolderRule];
  });
}
