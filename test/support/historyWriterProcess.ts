import { HoldHistoryWriter } from '../../src/storage/holdHistoryWriter';

// A window of its own: writes so many holds to a folder, some of them also seen by every other window.
const [directory = '', session = '', count = '0'] = process.argv.slice(2);
const clock = { now: () => Date.now(), after: () => ({ dispose: () => undefined }) };
const log = { debug: console.log, info: console.log, warn: console.error, error: console.error };

async function main(): Promise<void> {
  const options = { directory, session, clock, log, maxFileBytes: 20_000 };
  const writer = new HoldHistoryWriter(options);
  for (let index = 0; index < Number(count); index++) {
    const at = 1_770_000_000_000 + index * 60_000;
    const shared = index % 2 === 0;
    writer.append([
      {
        kind: 'hold',
        hold: {
          path: 'bucket/ä.tfstate',
          lockId: `${shared ? 'shared' : session}-${String(index)}`,
          who: 'alice@build-07',
          operation: 'apply',
          mine: false,
          createdAt: at,
          firstSeenAt: at,
          lastSeenAt: at + 30_000,
          goneAt: at + 45_000,
          end: 'released',
        },
      },
      { kind: 'watched', span: { from: at, until: at + 60_000, paths: ['bucket/ä.tfstate'] } },
    ]);
    if (index % 7 === 0) await writer.flush();
  }
  writer.dispose();
}

void main();
