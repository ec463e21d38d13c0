import assert from 'node:assert/strict';
import { proxyFor } from '../../../../src/backends/s3/proxyChoice';
import { LockFailure } from '../../../../src/core/lockError';

const proxies = { httpProxy: 'http://plain:1', httpsProxy: 'http://secure:2' };
const to = (host: string, secure = true, port = secure ? 443 : 80) => ({ host, port, secure });

// The examples of golang.org/x/net/http/httpproxy's documentation.
const exceptions: readonly (readonly [string, string, boolean])[] = [
  ['*', 'aws.test', true],
  ['aws.test', 'aws.test', true],
  ['aws.test', 'dynamodb.aws.test', true],
  ['AWS.test', 'dynamodb.aws.TEST', true],
  ['aws.test', 'notaws.test', false],
  ['.aws.test', 'dynamodb.aws.test', true],
  ['.aws.test', 'aws.test', false],
  ['*.aws.test', 'dynamodb.aws.test', true],
  ['x.test, aws.test', 'aws.test', true],
  ['aws.test:443', 'aws.test', true],
  ['aws.test:80', 'aws.test', false],
  ['10.0.0.0/8', '10.1.2.3', true],
  ['10.0.0.0/8', '11.1.2.3', false],
  ['10.0.0.0/99', '10.1.2.3', false],
  ['10.1.2.3', '10.1.2.3', true],
  ['fd00::/8', 'fd00::1', true],
  ['[fd00::1]:443', 'fd00::1', true],
  ['', 'aws.test', false],
  [' , ', 'aws.test', false],
];

describe('the proxy', () => {
  it('is that of the scheme', () => {
    assert.equal(proxyFor(to('aws.test'), proxies), 'http://secure:2/');
    assert.equal(proxyFor(to('aws.test', false), proxies), 'http://plain:1/');
    assert.equal(proxyFor(to('aws.test'), { httpProxy: 'http://plain:1' }), undefined);
  });

  for (const host of ['localhost', '127.0.0.1', '127.9.9.9', '::1']) {
    it(`is none for ${host}`, () => {
      assert.equal(proxyFor(to(host), proxies), undefined);
    });
  }

  for (const [noProxy, host, expected] of exceptions) {
    it(`is ${expected ? 'none' : 'used'} for ${host} with NO_PROXY="${noProxy}"`, () => {
      assert.equal(proxyFor(to(host), { ...proxies, noProxy }) === undefined, expected);
    });
  }

  it('may be written without its scheme', () => {
    assert.equal(proxyFor(to('aws.test'), { httpsProxy: 'proxy:8080' }), 'http://proxy:8080/');
  });

  it('is refused where it is none that we can use, without its password', () => {
    for (const httpsProxy of ['socks5://u:secret@proxy:1', 'u:secret@[x']) {
      assert.throws(
        () => proxyFor(to('aws.test'), { httpsProxy }),
        (error) =>
          LockFailure.is(error, 'network') && !JSON.stringify(error.error).includes('secret'),
      );
    }
  });
});
