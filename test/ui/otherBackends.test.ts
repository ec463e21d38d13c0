import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { encodeLockInfo } from '../../src/core/lockInfo';
import { chosenVsCode } from '../support/chosenVsCode';
import { consulName, startConsul, type ConsulServer } from '../support/consulAgent';
import { TerraformAtConsul } from '../support/consulPeople';
import { terraformTakes } from '../support/etcdPeople';
import { EtcdServer, findEtcd } from '../support/etcdServer';
import { infoOf } from '../support/fakes';
import { OtherHolder } from '../support/localState';
import { skipTest } from '../support/mochaRun';
import { screenshotIfFailed } from './driverFailure';
import { passEvidence, typeKey } from './runbookSteps';
import { openScene, type Scene } from './scene';

const version = chosenVsCode();
const status = 'stateLock.status';
const who = 'alice@build-07';

/** Somebody else, who has the lock of a state the way Terraform has it there. */
interface Holder {
  /** Ends without giving the lock back: its record stays. */
  die(): Promise<void>;
}

/** What differs between backends for whoever looks at a lock. */
interface Case {
  readonly key: string;
  readonly lifetime: RegExp;
  /** What the hover and the dialog say of another holder. */
  readonly liveness: readonly RegExp[];
  /** How a force unlock under a live holder ends: removed, or refused with these words. */
  readonly unlocked: RegExp | { readonly refused: RegExp };
  readonly block: (folder: string) => string;
  readonly take: (folder: string) => Promise<Holder>;
}

describe(`Backends that lock by themselves in VS Code ${version}`, function () {
  this.timeout(120_000);
  let scene: Scene;
  let consul: ConsulServer;
  let etcd: EtcdServer | undefined;
  const renewals: NodeJS.Timeout[] = [];

  const cases: Readonly<Record<'consul' | 'etcdv3' | 'local', Case>> = {
    consul: {
      key: 'tf/network',
      lifetime: /its session ends by itself 30 seconds to 1 minute after the last renewal/,
      liveness: [/Consul session: alive/, /Node: node-1/, /Time to live: 15s/],
      unlocked: /The lock was removed from tf\/network/,
      block: () => `address = "${consul.address}"\n    path = "tf/network"`,
      take: async () => {
        const holder = await TerraformAtConsul.takes(consul.address, 'tf/network', who);
        const renewing = setInterval(() => void holder.renew(), 3000);
        renewals.push(renewing);
        return {
          die: async () => {
            clearInterval(renewing);
            const destroy = `http://${consul.address}/v1/session/destroy/${holder.session}`;
            await fetch(destroy, { method: 'PUT' });
          },
        };
      },
    },
    etcdv3: {
      key: 'tf/cluster/default',
      lifetime: /its lease ends by itself 30 seconds after the last renewal/,
      liveness: [/Etcd lease: alive, ends in \d+ s unless it is renewed/, /time to live: 60 s/i],
      unlocked: /The lock was removed from tf\/cluster\/default/,
      block: () => `endpoints = ["${etcd?.endpoint ?? ''}"]\n    prefix = "tf/cluster/"`,
      take: async () => {
        assert.ok(etcd);
        const server = etcd;
        const holder = await terraformTakes(server, 'tf/cluster/default', { who });
        return {
          die: async () => {
            await holder.kill();
            const lease = holder.key.split('/').at(-1) ?? '';
            await server.ctl('lease', 'revoke', lease);
          },
        };
      },
    },
    local: {
      key: 'terraform.tfstate',
      lifetime: /It lasts while this window is open: a process of this window holds it/,
      liveness: [/Process \d+: alive/],
      unlocked: { refused: /End process \d+, or wait for it/ },
      block: () => '',
      take: (folder) => {
        const record = encodeLockInfo(infoOf({ who, id: 'other' }));
        return OtherHolder.start(path.join(folder, 'terraform.tfstate'), record).then((holder) => ({
          die: () => holder.kill(),
        }));
      },
    },
  };

  before(async () => {
    consul = await startConsul();
    console.log(`    Consul: ${consulName}`);
    etcd = findEtcd() ? await EtcdServer.start() : undefined;
    scene = await openScene({
      prepare: ({ folder }) => {
        for (const [type, { block }] of Object.entries(cases)) {
          const module = path.join(folder, type);
          mkdirSync(module);
          writeFileSync(
            path.join(module, `${type}.tf`),
            `terraform {\n  backend "${type}" {\n    ${block(module)}\n  }\n}\n`,
          );
        }
        return Promise.resolve();
      },
    });
  });
  afterEach(async function () {
    await screenshotIfFailed(this, (scene as Scene | undefined)?.workbench);
  });
  after(async () => {
    renewals.forEach(clearInterval);
    // Where `before` failed there may be nothing to stop.
    await (scene as Scene | undefined)?.stop();
    await (consul as ConsulServer | undefined)?.stop();
    await etcd?.stop();
  });

  const shown = (part: string): Promise<unknown> =>
    scene.workbench.waitForStatusBarItem(status, ({ text }) => text.includes(part));

  for (const [type, one] of Object.entries(cases)) {
    describe(`a state in ${type}`, () => {
      let holder: Holder;

      before(async function () {
        if (type === 'etcdv3' && etcd === undefined) skipTest(this, 'etcd is not on PATH');
        await scene.workbench.openFile(`${type}.tf`);
        await shown('State free');
      });

      it('is acquired with a reason, said for how long, and released', async () => {
        const { workbench } = scene;
        await workbench.runCommand('State Lock: Acquire Lock…');
        await workbench.quickInput.type('Moving the network');
        await workbench.quickInput.accept();
        const question = await workbench.dialog.text();
        assert.ok(question.includes(one.key), question);
        assert.match(question, one.lifetime);
        await workbench.screenshot(`${version}-${type}-acquire`);
        await workbench.dialog.click('Acquire Lock');
        await workbench.notifications.waitFor(/You hold the lock of /);
        await shown('Locked by you');
        await workbench.notifications.dismissAll();
        await workbench.runCommand('State Lock: Release Lock');
        await workbench.notifications.waitFor(/You have released the lock of /);
        await shown('State free');
        await workbench.notifications.dismissAll();
      });

      it('shows another holder in status bar, tree and hover, and what proves it alive', async () => {
        const { workbench, folder } = scene;
        holder = await one.take(path.join(folder, type));
        await shown(`${who} · apply`);
        await workbench.sidebar.openView('State Locks');
        const row = await workbench.sidebar.waitForRow(one.key, ({ description }) =>
          description.includes(`${who} · apply`),
        );
        assert.match(row.ariaLabel, /locked by alice@build-07 for .*, operation apply, not you/);
        const hover = await workbench.editor.hoverText('backend');
        for (const part of [/Holder: alice@build-07/, ...one.liveness]) {
          assert.match(hover, part);
        }
        await workbench.screenshot(`${version}-${type}-held`);
        await workbench.editor.leaveHover();
      });

      it('says that the holder is alive before a force unlock, and what came of it', async () => {
        const { workbench } = scene;
        await workbench.runCommand('State Lock: Force Unlock…');
        const question = await passEvidence(workbench, 'Continue without a backup');
        assert.match(question, /THE HOLDER IS ALIVE/);
        for (const part of one.liveness) {
          assert.match(question, part);
        }
        await workbench.screenshot(`${version}-${type}-force-unlock`);
        await workbench.dialog.click('Continue…');
        assert.equal(await typeKey(workbench, one.key), 'confirmed once more');
        if (one.unlocked instanceof RegExp) {
          await workbench.notifications.waitFor(one.unlocked);
          await shown('State free');
          await holder.die();
          holder = await one.take(path.join(scene.folder, type));
          await shown(`${who} · apply`);
        } else {
          await workbench.notifications.waitFor(one.unlocked.refused);
          await shown(`${who} · apply`);
        }
        await workbench.notifications.dismissAll();
      });

      it('shows free when the holder dies, and cleans up the record that it left', async () => {
        const { workbench } = scene;
        await holder.die();
        await shown('State free');
        const row = await workbench.sidebar.waitForRow(one.key, ({ description }) =>
          description.includes(`left over: ${who}`),
        );
        assert.match(row.ariaLabel, /the lock is free, and an earlier holder left its record/);
        await workbench.runCommand('State Lock: Clean Up Left-Over Record…');
        const question = await workbench.dialog.text();
        assert.match(question, /It is no lock and keeps nobody out/);
        assert.match(question, /Left by: alice@build-07/);
        await workbench.screenshot(`${version}-${type}-clean-up`);
        await workbench.dialog.click('Clean Up');
        await workbench.notifications.waitFor(/left behind was removed/);
        await workbench.sidebar.waitForRow(one.key, ({ description }) => description === 'free');
        await workbench.notifications.dismissAll();
      });
    });
  }
});
