// Runs a program's entry file in this process and ends with the process that started it, even where
// that one was killed without a chance to clean up: the pipe on stdin closes then.
// Use: node endWithParent.mjs ENTRY [ARGUMENT ...]
import { pathToFileURL } from 'node:url';

process.argv.splice(1, 1);
process.stdin.on('end', () => process.exit());
process.stdin.on('error', () => process.exit());
process.stdin.resume();
await import(pathToFileURL(process.argv[1]).href);
