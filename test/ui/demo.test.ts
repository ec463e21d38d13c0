import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { launchBrowser } from '../support/browser';
import { eventually } from '../support/eventually';
import { projectRoot } from '../support/projectRoot';
import { builtVsix } from '../support/vsix';
import { Workbench } from './driver';

describe('npm run demo', function () {
  this.timeout(120_000);

  it('opens a VS Code on four states and leaves nothing behind on Ctrl-C', async () => {
    const program = path.join(projectRoot, 'out', 'test', 'demo', 'demo.js');
    // No display: a desktop VS Code would open on the screen of whoever runs the tests.
    const env = { ...process.env, DISPLAY: undefined, WAYLAND_DISPLAY: undefined };
    const demo = spawn(process.execPath, [program, builtVsix()], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    demo.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const browser = await launchBrowser();
    try {
      const url = await eventually(
        'the address of the demo',
        () => /http:\S+/.exec(output)?.[0] ?? '',
        Boolean,
        { timeoutMs: 60_000 },
      );
      const folder = new URL(url).searchParams.get('folder') ?? '';
      assert.ok(existsSync(folder));
      const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
      const workbench = new Workbench(page);
      await workbench.open(url);
      await workbench.waitForStatusBarItem(
        'stateLock.status',
        ({ text }) => text === '1 locked · 1 stale · 1 yours · 1 free',
      );
      const ended = once(demo, 'exit');
      demo.kill('SIGINT');
      await ended;
      assert.ok(!existsSync(folder), 'the sample workspace is removed');
      await assert.rejects(fetch(url), 'the server has stopped');
    } finally {
      demo.kill('SIGKILL');
      await browser.close();
    }
  });
});
