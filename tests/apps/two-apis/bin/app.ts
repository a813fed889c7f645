import { App } from 'aws-cdk-lib';
import { LendingLibraryStack } from '../lib/lending-library-stack.ts';

const app = new App();

new LendingLibraryStack(app, 'LendingLibrary', {
  description: 'A small lending library: a public API, a staff API and a catalogue site',
});
