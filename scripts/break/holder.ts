import { holdParts } from '../chaos/processes.ts';

// Holds parts of a run until its standard input ends, which is when whoever started it ends, in whatever way: a server that
// stays frozen after that would be a riddle.
const [dataDir = '', ...names] = process.argv.slice(2);
const resume = holdParts(dataDir, names);
process.stdin.resume().once('end', resume);
process.send?.('held');
process.disconnect?.();
