import { UserError } from '../../tooling/errors.ts';
import { parsePort } from '../../tooling/ports.ts';
import { LocalStackApp } from '../assembly/app.ts';
import { requiredUrl, requiredVariable, runService } from '../run-service.ts';
import { startFrontDoor } from './start-front-door.ts';

await runService('front-door', async (variables, log) => {
  const { PORT = '8080', HOST: host } = variables;
  const port = parsePort(PORT);
  if (port === undefined) {
    throw new UserError(`The environment variable PORT must be a port number, 0 to 65535; got "${PORT}".`);
  }
  const apiUrl = requiredUrl(variables, 'API_URL', 'http://localhost:4566/_aws/execute-api/<id>/<stage>');
  const assembly = requiredVariable(variables, 'ASSEMBLY', '.orderflow/localstack/cdk.out');
  return startFrontDoor({
    port,
    host,
    apiUrl,
    gatewayResponses: () => new LocalStackApp(assembly).gatewayResponses,
    log,
  });
});
