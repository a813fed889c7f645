import { Socket } from 'node:net';

// Imports a bundle, whose path is on the command line as JSON, and prints the milliseconds that this takes the processor: until it is there,
// or first connects to something, which a function may do while it starts. That is not its code's doing, and there is nobody.
const { file } = JSON.parse(process.argv[2] ?? '') as { file: string };
const connecting = Promise.withResolvers<void>();
Socket.prototype.connect = function connect() {
  connecting.resolve();
  return this;
};
const before = process.cpuUsage();
await Promise.race([import(file), connecting.promise]);
const { user, system } = process.cpuUsage(before);
console.log(JSON.stringify({ cpuMs: (user + system) / 1_000 }));
process.exit();
