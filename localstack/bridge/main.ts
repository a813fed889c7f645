import { requiredUrl, requiredVariable, runService } from '../run-service.ts';
import { startBridge } from './start-bridge.ts';

await runService('bridge', async (variables, log) => {
  const { HEALTH_FILE: healthFile } = variables;
  return startBridge({
    assembly: requiredVariable(variables, 'ASSEMBLY', '.orderflow/localstack/cdk.out'),
    localStackUrl: requiredUrl(variables, 'LOCALSTACK_URL', 'http://localhost:4566'),
    ...(healthFile && { healthFile }),
    log,
  });
});
