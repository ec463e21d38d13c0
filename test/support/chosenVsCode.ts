import { type VsCodeVersion, vsCodeServers } from '../../scripts/bootstrap.mjs';
import { oldestVsCode } from './vscodeServer';

/** The VS Code to test with: `TEST_VSCODE_VERSION`, else the oldest supported. */
export function chosenVsCode(): VsCodeVersion {
  const wanted = process.env['TEST_VSCODE_VERSION'] ?? oldestVsCode;
  if (isKnown(wanted)) return wanted;
  const known = Object.keys(vsCodeServers).join(', ');
  throw new Error(`TEST_VSCODE_VERSION is ${wanted}; known are ${known}.`);
}

function isKnown(version: string): version is VsCodeVersion {
  return Object.hasOwn(vsCodeServers, version);
}
