import type { AttributeReader } from '../attributes';
import { filePath, type AccessContext } from './awsPaths';
import { nonEmpty } from './environment';

/** How requests travel. Proxy URLs may hold passwords: never shown. */
export interface Transport {
  /** Absolute path of a PEM file that takes the place of the system's certificates. */
  readonly caBundle?: string;
  /** Certificates are not checked. */
  readonly insecure?: true;
  readonly httpProxy?: string;
  readonly httpsProxy?: string;
  /** As in `NO_PROXY`. */
  readonly noProxy?: string;
}

/**
 * Certificates and proxies: the attribute wins over the variable. Terraform sends https through `http_proxy` where
 * there is no other proxy for it, OpenTofu does not; the way matters less than that there is one.
 */
export function readTransport(
  attributes: AttributeReader,
  context: AccessContext,
): Transport | undefined {
  const { environment } = context;
  const either = (name: string, ...variables: string[]): string | undefined =>
    attributes.string(name) ?? nonEmpty(environment, ...variables);
  const caBundle = either('custom_ca_bundle', 'AWS_CA_BUNDLE');
  const httpsProxy =
    either('https_proxy', 'HTTPS_PROXY', 'https_proxy') ?? attributes.string('http_proxy');
  const transport = {
    caBundle: caBundle ? filePath(caBundle, attributes, context) : undefined,
    insecure: attributes.bool('insecure') === true ? true : undefined,
    httpProxy: either('http_proxy', 'HTTP_PROXY', 'http_proxy'),
    httpsProxy,
    noProxy: either('no_proxy', 'NO_PROXY', 'no_proxy'),
  };
  const entries = Object.entries(transport).filter(([, value]) => value);
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}
