import { main } from '../local/main.ts';
import { OWN_APP } from '../tooling/own-app.ts';

await main(OWN_APP);
