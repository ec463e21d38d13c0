/** Where a Consul agent listens. */
export interface ConsulAddress {
  readonly scheme: 'http' | 'https';
  /** `host:port`, or nothing but a name for messages where there is a socket. */
  readonly host: string;
  readonly socket?: string;
}

/** Of a Consul agent on this machine. */
const defaultAddress = '127.0.0.1:8500';

/**
 * What Consul's client makes of an address (NewClient of hashicorp/consul's api): `http://` never takes back an
 * `https` that was asked for, `unix://` is a socket. Answers a sentence where the address cannot be used.
 */
export function readConsulAddress(
  address: string | undefined,
  scheme: string,
): ConsulAddress | string {
  const text = address || defaultAddress;
  const split = text.indexOf('://');
  const prefix = split < 0 ? '' : text.slice(0, split);
  const host = split < 0 ? text : text.slice(split + 3);
  if (scheme !== 'http' && scheme !== 'https') {
    return 'a scheme that is neither http nor https';
  }
  if (prefix === 'unix') {
    return { scheme, host: 'localhost', socket: host };
  }
  if (prefix !== '' && prefix !== 'http' && prefix !== 'https') {
    return 'an address that is neither http, https nor unix';
  }
  if (!URL.canParse(`http://${host}`) || /[/?#@\s]/.test(host)) {
    return 'an address that is more than host and port';
  }
  return { scheme: prefix === 'https' ? 'https' : scheme, host };
}

/** As people write it. */
export function addressText({ scheme, host, socket }: ConsulAddress): string {
  return socket === undefined ? `${scheme}://${host}` : `unix://${socket}`;
}
