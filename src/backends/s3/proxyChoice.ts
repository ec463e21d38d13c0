import { BlockList, isIP } from 'node:net';
import { LockFailure } from '../../core/lockError';
import type { Transport } from './awsTransport';

/** Where a connection goes. */
export interface Destination {
  /** Without brackets. */
  readonly host: string;
  readonly port: number;
  readonly secure: boolean;
}

/** The proxy for a destination as Go chooses it (golang.org/x/net/http/httpproxy); undefined for none. */
export function proxyFor(destination: Destination, transport: Transport): string | undefined {
  const written = destination.secure ? transport.httpsProxy : transport.httpProxy;
  if (!written || isLoopback(destination.host) || isExcepted(destination, transport.noProxy)) {
    return undefined;
  }
  const url = parsed(written);
  const usable = url !== undefined && /^(?:https?|socks5h?):$/.test(url.protocol);
  const proxy = usable ? url : parsed(`http://${written}`);
  if (proxy === undefined || proxy.protocol.startsWith('socks')) {
    // The URL is not told: it may hold a password.
    throw new LockFailure({
      reason: 'network',
      detail: proxy === undefined ? 'the proxy is not a URL' : 'SOCKS proxies are not supported',
    });
  }
  return proxy.href;
}

function parsed(url: string): URL | undefined {
  return URL.canParse(url) ? new URL(url) : undefined;
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || (isIP(host) === 4 && host.startsWith('127.')) || host === '::1';
}

/** `NO_PROXY`: `*`, an address, a CIDR block, a domain (also its subdomains), `.domain` (only those); with a port. */
function isExcepted({ host, port }: Destination, noProxy: string | undefined): boolean {
  const name = host.toLowerCase().replace(/\.$/, '');
  return (noProxy ?? '')
    .split(',')
    .map((entry) => entry.trim().toLowerCase())
    .some((entry) => entry === '*' || (entry !== '' && matches(entry, name, port)));
}

function matches(entry: string, host: string, port: number): boolean {
  if (entry.includes('/')) {
    return inBlock(entry, host);
  }
  const parts = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(entry);
  const named = (parts?.[1] ?? entry).replace(/^\[|\]$/g, '');
  if (parts?.[2] !== undefined && Number(parts[2]) !== port) {
    return false;
  }
  if (isIP(named) !== 0) {
    return named === host;
  }
  const domain = named.replace(/^\*?\./, '.');
  return domain.startsWith('.')
    ? host.endsWith(domain)
    : host === domain || host.endsWith(`.${domain}`);
}

function inBlock(block: string, host: string): boolean {
  const [base = '', bits = ''] = block.split('/');
  const [family, hostFamily] = [isIP(base), isIP(host)];
  if (family === 0 || family !== hostFamily || !/^\d+$/.test(bits)) {
    return false;
  }
  const list = new BlockList();
  const type = family === 4 ? 'ipv4' : 'ipv6';
  try {
    list.addSubnet(base, Number(bits), type);
  } catch {
    // No such number of bits: Go ignores the entry, too.
    return false;
  }
  return list.check(host, type);
}
