import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import {
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

type Loaded = Awaited<ReturnType<HoldHistoryStore['load']>>;

/** Two quick questions for the same history are answered by one reading, in ms. */
const sameReadingMs = 1_000;

/** The view of what is remembered of locks. There is one; nothing of it exists until it is asked for. */
export class ActivityView implements Disposable {
  private panel: vscode.WebviewPanel | undefined;
  private openedAt = 0;
  private reading: { readonly at: number; readonly loaded: Promise<Loaded> } | undefined;

  constructor(private readonly deps: ActivityDeps) {}

  show(): void {
    this.openedAt = this.deps.clock.now();
    // While the page is made, its data is read.
    void this.read().catch(() => undefined);
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

  private async send(webview: vscode.Webview): Promise<void> {
    const post = (message: ToActivityView): Thenable<boolean> => webview.postMessage(message);
    try {
      const { table, report } = await this.read();
      for (const message of tableMessages(table, this.facts(report.damaged))) {
        void post(message);
        await this.deps.yieldNow();
      }
    } catch (error) {
      this.deps.log.error(`The lock history could not be read: ${String(error)}`);
      await post({ kind: 'failed' });
    }
  }

  private read(): Promise<Loaded> {
    const now = this.deps.clock.now();
    const age = now - (this.reading?.at ?? -Infinity);
    if (this.reading === undefined || age < 0 || age > sameReadingMs) {
      this.reading = { at: now, loaded: this.deps.history.load() };
    }
    return this.reading.loaded;
  }

  private facts(damaged: number): ActivityFacts {
    const { clock, settings } = this.deps;
    const { polling, history } = settings.value;
    return {
      now: clock.now(),
      pollMs: polling.intervalMs,
      unfocusedMs: polling.unfocusedIntervalMs,
      isEnabled: history,
      damaged,
    };
  }
}
