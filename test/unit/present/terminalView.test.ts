import assert from 'node:assert/strict';
import { terraformCommands } from '../../../src/core/terraformCommand';
import {
  closeTerminalConfirm,
  keptWarning,
  lostWarning,
  overdueWarning,
  refusalWarning,
  strayWarning,
  terminalBanner,
  terminalName,
  terminalStatusBar,
  unknownLockWords,
} from '../../../src/present/terminalView';
import {
  hostileTexts,
  now,
  sampleLock,
  sampleState,
  statusesWith,
  viewOf,
} from '../../support/samples';

const control = /[\u0000-\u0009\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e]/;

describe('The texts of locked terminals', () => {
  it('hold nothing that a terminal or a label would take for more than text', () => {
    const [command] = terraformCommands('terraform apply');
    assert.ok(command !== undefined);
    for (const text of hostileTexts) {
      const state = { ...sampleState(text), workspace: text };
      const bar = terminalStatusBar([{ state, lost: false }]);
      const shown = [
        terminalName(state),
        terminalBanner(state, true),
        terminalBanner(state, false),
        bar?.text ?? '',
        bar?.tooltip ?? '',
        bar?.accessibleLabel ?? '',
        lostWarning(state, undefined, now).message,
        strayWarning(state, { kind: 'elsewhere', folder: text }).message,
        keptWarning(state).message,
        closeTerminalConfirm(state, true).message,
        overdueWarning(state).message,
        unknownLockWords(text),
        ...statusesWith(sampleLock({ who: text, operation: text })).flatMap((status) => {
          const view = viewOf(status);
          return [lostWarning(state, view, now).detail, refusalWarning(view, command, now).message];
        }),
      ];
      for (const one of shown) {
        assert.doesNotMatch(one, control);
        // A terminal knows neither icons nor Markdown: there they are letters already.
        if (one.startsWith('This terminal works')) continue;
        assert.doesNotMatch(one.replace('$(terminal) ', '').replace('$(warning) ', ''), /\$\(/);
        assert.doesNotMatch(one, /\]\(/);
      }
      assert.equal(terminalBanner(state, true).split(/\r\n|\r|\n/).length, 4, 'a line of its own');
    }
  });

  it('say that the extension holds the lock, and what to stay away from', () => {
    const state = sampleState();
    assert.match(terminalBanner(state, true), /held by Terraform State Lock.*Terraform refuses/s);
    assert.match(terminalBanner(state, false), /in any other one, NOBODY holds the lock/);
    assert.equal(
      terminalStatusBar([{ state, lost: false }])?.text,
      '$(terminal) Locked by you · terminal',
    );
    assert.equal(terminalStatusBar([]), undefined);
  });

  it('warn as soon as one of several terminals has lost its lock', () => {
    const bar = terminalStatusBar([
      { state: sampleState('a.tfstate'), lost: false },
      { state: sampleState('b.tfstate'), lost: true },
    ]);
    assert.equal(bar?.severity, 'warning');
    assert.match(bar.tooltip, /b\.tfstate/);
    assert.doesNotMatch(bar.tooltip, /a\.tfstate/);
  });
});
