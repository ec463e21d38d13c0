import assert from 'node:assert/strict';
import { encodeLockInfo } from '../../../../src/core/lockInfo';
import type { LockRecord } from '../../../../src/core/lockPlace';
import {
  accessTo,
  asked,
  awsPlaceOf,
  gatewayOf,
  hostOf,
  noSignal,
} from '../../../support/awsBlocks';
import { TestDynamoDb, type RawItem } from '../../../support/awsDynalite';
import { infoOf, only } from '../../../support/fakes';

const mine = infoOf({ id: 'mine', who: 'me&you<x>@here', path: 'bucket/é' });
const alice = encodeLockInfo(infoOf());
const digest = { S: '0'.repeat(32) };

for (const returnsItem of [true, false]) {
  describe(`writing locks where a refusal ${returnsItem ? 'carries' : 'does not carry'} the item`, () => {
    let db: TestDynamoDb;
    let keys = 0;
    const gateway = gatewayOf(hostOf());
    const newPlace = () => awsPlaceOf(accessTo(db.endpoint), `key-${String(++keys)}`);
    const itemOf = (key = keys) => db.get('locks', `bucket/key-${String(key)}`);
    const put = (item: RawItem) =>
      db.put('locks', { LockID: { S: `bucket/key-${String(keys)}` }, ...item });
    const acquire = (place = newPlace()) => gateway.acquire(place, mine, asked, noSignal);
    /** Reads what is there, lets the world change it, and releases what was read. */
    const releaseAfter = async (seen: RawItem, change: () => Promise<void>) => {
      const place = newPlace();
      await put(seen);
      const reading = only(await gateway.readMany([place], asked, noSignal));
      assert.ok(reading.ok && reading.record);
      await change();
      db.requests.length = 0;
      const outcome = await gateway.release(place, reading.record, asked, noSignal);
      assert.equal(db.count('DeleteItem'), 1, 'the write was not sent exactly once');
      return outcome;
    };
    const nothing = () => Promise.resolve();

    before(async () => {
      db = await TestDynamoDb.start();
      await db.createTable('locks');
    });
    after(() => db.stop());
    beforeEach(() => {
      db.reset();
      db.returnsItemOnRefusal = returnsItem;
    });

    it('takes a free lock with one conditional request, byte for byte as Go encodes it', async () => {
      const outcome = await acquire();
      assert.equal(outcome.kind, 'acquired');
      assert.deepEqual(await itemOf(), {
        LockID: { S: `bucket/key-${String(keys)}` },
        Info: { S: encodeLockInfo(mine) },
      });
      const request = only(db.requests);
      assert.equal(request.operation, 'PutItem');
      assert.equal(request.body['ConditionExpression'], 'attribute_not_exists(LockID)');
    });

    it('shows the holder and changes nothing where there is a lock', async () => {
      const place = newPlace();
      await put({ Info: { S: alice } });
      const outcome = await acquire(place);
      assert.ok(outcome.kind === 'held');
      assert.equal(outcome.record?.raw, alice);
      assert.deepEqual((await itemOf())?.['Info'], { S: alice });
      assert.deepEqual([db.count('PutItem'), db.count('GetItem')], [1, returnsItem ? 0 : 1]);
    });

    for (const [what, item] of [
      ['no Info', {}],
      ['a number as Info', { Info: { N: '1' } }],
      ['an enormous Info', { Info: { S: 'x'.repeat(300_000) } }],
    ] as const) {
      it(`takes no lock where there is an item with ${what}`, async () => {
        const place = newPlace();
        await put(item);
        const outcome = await acquire(place);
        assert.ok(outcome.kind === 'held' && outcome.record?.problem);
        assert.deepEqual(await itemOf(), { LockID: { S: `bucket/key-${String(keys)}` }, ...item });
      });
    }

    it("takes no lock where there is another state's digest, and names no holder", async () => {
      const place = awsPlaceOf(accessTo(db.endpoint), `digest-${String(returnsItem)}-md5`);
      const LockID = { S: `bucket/digest-${String(returnsItem)}-md5` };
      await db.put('locks', { LockID, Digest: digest });
      assert.deepEqual(await acquire(place), { kind: 'held' });
      assert.deepEqual(await db.get('locks', LockID.S), { LockID, Digest: digest });
    });

    it('lets exactly one of ten win', async () => {
      const place = newPlace();
      const outcomes = await Promise.all(
        Array.from({ length: 10 }, (_, index) =>
          gateway.acquire(place, { ...mine, id: String(index) }, asked, noSignal),
        ),
      );
      const winner = outcomes.findIndex(({ kind }) => kind === 'acquired');
      assert.equal(outcomes.filter(({ kind }) => kind === 'held').length, 9);
      assert.ok(JSON.stringify(await itemOf()).includes(`\\"ID\\":\\"${String(winner)}\\"`));
    });

    for (const [what, item] of [
      ["somebody's lock", { Info: { S: alice } }],
      ['a lock without Info', {}],
      ['a lock with a number as Info', { Info: { N: '12.50' } }],
      ['a lock with binary Info', { Info: { B: 'AP8=' } }],
      ['a lock with a set of binaries as Info', { Info: { BS: ['AA==', '/w=='] } }],
      ['a lock whose Info is not JSON', { Info: { S: ' {"ID": ' } }],
      ['a lock with an empty Info', { Info: { S: '' } }],
      ['an enormous lock', { Info: { S: 'x'.repeat(300_000) } }],
      ['a lock with attributes of its own', { Info: { S: alice }, TTL: { N: '1' } }],
    ] as const) {
      it(`deletes ${what} that is still as it was shown`, async () => {
        assert.deepEqual(await releaseAfter(item, nothing), { kind: 'released' });
        assert.equal(await itemOf(), undefined);
      });
    }

    const changes: readonly (readonly [string, RawItem, RawItem])[] = [
      [
        'another lock by the same person',
        { Info: { S: alice } },
        { Info: { S: alice.replace('a7d', 'b7d') } },
      ],
      [
        'the same lock in another order of keys',
        { Info: { S: '{"ID":"1","Who":"a"}' } },
        { Info: { S: '{"Who":"a","ID":"1"}' } },
      ],
      [
        'the same lock with another escape',
        { Info: { S: '{"Who":"<"}' } },
        { Info: { S: '{"Who":"\\u003c"}' } },
      ],
      ['the same text as binary', { Info: { S: 'abc' } }, { Info: { B: 'YWJj' } }],
      ['a lock without Info', { Info: { S: alice } }, {}],
      ['a lock with Info where it had none', {}, { Info: { S: alice } }],
      ['an empty Info where it had none', {}, { Info: { S: '' } }],
      ['one more blank', { Info: { S: alice } }, { Info: { S: `${alice} ` } }],
    ];
    for (const [what, seen, now] of changes) {
      it(`deletes nothing where there is now ${what}, and shows that`, async () => {
        const outcome = await releaseAfter(seen, () => put(now));
        assert.ok(outcome.kind === 'changed' && outcome.record, outcome.kind);
        assert.deepEqual(await itemOf(), { LockID: { S: `bucket/key-${String(keys)}` }, ...now });
      });
    }

    it('says that a lock is gone', async () => {
      const remove = () => db.remove('locks', `bucket/key-${String(keys)}`);
      assert.deepEqual(await releaseAfter({ Info: { S: alice } }, remove), { kind: 'gone' });
      assert.deepEqual(await releaseAfter({}, remove), { kind: 'gone' });
    });

    it('says that a lock changed where what is there now cannot be read', async () => {
      const outcome = await releaseAfter({ Info: { S: alice } }, async () => {
        await put({ Info: { S: 'other' } });
        db.returnsItemOnRefusal = false;
        db.intercept = ({ operation }) =>
          operation === 'GetItem' ? { kind: 'answer', status: 200, body: '{}' } : undefined;
      });
      assert.deepEqual(outcome, { kind: 'changed' });
    });

    it('never deletes a digest item, not even one that was taken for a lock', async () => {
      const place = newPlace();
      await put({ Digest: digest });
      const noInfo: LockRecord = { info: mine, raw: '', guard: 'absent' };
      assert.notEqual((await gateway.release(place, noInfo, asked, noSignal)).kind, 'released');
      assert.deepEqual((await itemOf())?.['Digest'], digest);
    });

    it('leaves the digest beside a lock alone', async () => {
      await db.put('locks', {
        LockID: { S: `bucket/key-${String(keys + 1)}-md5` },
        Digest: digest,
      });
      await releaseAfter({ Info: { S: alice } }, nothing);
      assert.ok(await db.get('locks', `bucket/key-${String(keys)}-md5`));
    });

    it('gives back what it took, and nothing else', async () => {
      const place = newPlace();
      const taken = await acquire(place);
      assert.ok(taken.kind === 'acquired');
      const [shown] = await gateway.readMany([place], asked, noSignal);
      assert.ok(shown?.ok);
      assert.deepEqual(shown.record, taken.record);
      assert.deepEqual(await gateway.release(place, taken.record, asked, noSignal), {
        kind: 'released',
      });
      assert.deepEqual(await gateway.release(place, taken.record, asked, noSignal), {
        kind: 'gone',
      });
    });

    it('compares a map as the same map, in whatever order its keys came', async () => {
      // dynalite finds no two maps equal, so what is sent is all that can be looked at here.
      const map = { M: { z: { S: '1' }, a: { L: [{ NULL: true }] } } };
      await releaseAfter({ Info: map }, nothing);
      const request = db.requests.find(({ operation }) => operation === 'DeleteItem');
      assert.deepEqual(request?.body['ExpressionAttributeValues'], { ':i': map });
    });

    it('compares the Info that was read, never one encoded anew', async () => {
      await releaseAfter({ Info: { S: alice } }, nothing);
      const request = only(db.requests);
      assert.equal(request.body['ConditionExpression'], '#i = :i');
      assert.deepEqual(request.body['ExpressionAttributeValues'], { ':i': { S: alice } });
    });

    it('lets exactly one of ten break a lock', async () => {
      const place = newPlace();
      await put({ Info: { S: alice } });
      const reading = only(await gateway.readMany([place], asked, noSignal));
      assert.ok(reading.ok && reading.record);
      const { record } = reading;
      const outcomes = await Promise.all(
        Array.from({ length: 10 }, () => gateway.release(place, record, asked, noSignal)),
      );
      const kinds = outcomes.map(({ kind }) => kind).sort();
      assert.deepEqual(kinds, [...Array<string>(9).fill('gone'), 'released']);
    });
  });
}
