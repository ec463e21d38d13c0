import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import {
  readingAgeMs,
  recentDays,
  tableMessages,
  type ActivityFacts,
  type FromActivityView,
  type ToActivityView,
} from '../../core/activityMessages';
import { DisposableStore, type Disposable } from '../../core/lifecycle';
import type { Clock, Log } from '../../core/ports';
import { activityHtml } from '../../present/activityHtml';
import type { HoldHistoryStore } from '../../storage/holdHistoryStore';
import type { Settings } from '../settings';
import { saveExport } from './saveExport';

interface ActivityDeps {
  readonly history: Pick<HoldHistoryStore, 'load'>;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly log: Log;
  readonly extensionUri: vscode.Uri;
  yieldNow(): Promise<void>;
}

interface Reading {
  readonly at: number;
  readonly maxAgeMs: number | undefined;
  readonly loaded: ReturnType<HoldHistoryStore['load']>;
}

/** What was read when the view was asked for is old when its page takes longer than this, in ms. */
const lastingMs = 30_000;

/** The view of what is remembered of locks. There is one; nothing of it exists until it is asked for. */
export class ActivityView implements Disposable {
  private panel: vscode.WebviewPanel | undefined;
  private openedAt = 0;
  private reading: Reading | undefined;
  /** What the page wants to see, as it said last. */
  private days = recentDays;
  private sending: Promise<void> = Promise.resolve();

  constructor(private readonly deps: ActivityDeps) {}

  show(): void {
    this.openedAt = this.deps.clock.now();
    // While the page is made, its data is read.
    this.reading = this.begin();
    this.reading.loaded.catch(() => undefined);
    if (this.panel === undefined) {
      this.panel = this.open();
    } else {
      this.panel.reveal();
      void this.send(this.panel.webview);
    }
  }

  /** The history has changed as a whole. */
  refresh(): void {
    this.reading = undefined;
    if (this.panel !== undefined) {
      void this.send(this.panel.webview);
    }
  }

  dispose(): void {
    this.panel?.dispose();
  }

  private open(): vscode.WebviewPanel {
    const root = vscode.Uri.joinPath(this.deps.extensionUri, 'dist', 'webview');
    const panel = vscode.window.createWebviewPanel(
      'stateLockActivity',
      'Lock Activity',
      vscode.ViewColumn.Active,
      { enableScripts: true, enableCommandUris: false, localResourceRoots: [root] },
    );
    const { webview } = panel;
    const listeners = new DisposableStore();
    listeners.add(
      webview.onDidReceiveMessage((message: FromActivityView) => {
        this.receive(webview, message).catch((error: unknown) => {
          this.deps.log.error(`Lock Activity: ${String(error)}`);
        });
      }),
    );
    listeners.add(
      panel.onDidDispose(() => {
        listeners.dispose();
        this.panel = undefined;
        this.reading = undefined;
        this.days = recentDays;
      }),
    );
    webview.html = activityHtml({
      scriptUri: webview.asWebviewUri(vscode.Uri.joinPath(root, 'activity.js')).toString(),
      styleUri: webview.asWebviewUri(vscode.Uri.joinPath(root, 'activity.css')).toString(),
      cspSource: webview.cspSource,
      nonce: randomBytes(16).toString('hex'),
    });
    return panel;
  }

  private async receive(webview: vscode.Webview, message: FromActivityView): Promise<void> {
    switch (message.kind) {
      case 'ready':
        this.days = message.days;
        await this.send(webview);
        return;
      case 'drawn': {
        const { clock, log } = this.deps;
        const ms = clock.now() - this.openedAt;
        log.debug(`Lock Activity: ${String(message.holds)} holds shown after ${String(ms)} ms`);
        return;
      }
      case 'save':
        await saveExport(message.format, message.bytes);
        return;
    }
  }

  /** One table after the other: the rows of two must not mix. */
  private send(webview: vscode.Webview): Promise<void> {
    this.sending = this.sending.then(() => this.sendTable(webview));
    return this.sending;
  }

  private async sendTable(webview: vscode.Webview): Promise<void> {
    const post = (message: ToActivityView): Thenable<boolean> => webview.postMessage(message);
    try {
      const reading = this.takeReading();
      const { table, report } = await reading.loaded;
      for (const message of tableMessages(table, this.facts(reading, report.damaged))) {
        void post(message);
        await this.deps.yieldNow();
      }
    } catch (error) {
      this.deps.log.error(`The lock history could not be read: ${String(error)}`);
      await post({ kind: 'failed' });
    }
  }

  /** What was begun when the view was opened, if it is what is wanted now; else a new one. */
  private takeReading(): Reading {
    const { reading } = this;
    this.reading = undefined;
    const age = this.deps.clock.now() - (reading?.at ?? -Infinity);
    const fits = reading?.maxAgeMs === readingAgeMs(this.days) && age >= 0 && age <= lastingMs;
    return reading !== undefined && fits ? reading : this.begin();
  }

  /** Begins to read, for whoever takes it. */
  private begin(): Reading {
    const now = this.deps.clock.now();
    const maxAgeMs = readingAgeMs(this.days);
    return { at: now, maxAgeMs, loaded: this.deps.history.load(maxAgeMs) };
  }

  private facts({ at, maxAgeMs }: Reading, damaged: number): ActivityFacts {
    const { settings } = this.deps;
    const { polling, history } = settings.value;
    return {
      now: at,
      ...(maxAgeMs === undefined ? {} : { since: at - maxAgeMs }),
      pollMs: polling.intervalMs,
      unfocusedMs: polling.unfocusedIntervalMs,
      isEnabled: history,
      damaged,
    };
  }
}
