import {
  type APIGatewayClient,
  GetDeploymentsCommand,
  GetStagesCommand,
  UpdateStageCommand,
} from '@aws-sdk/client-api-gateway';

/**
 * Points each stage of an API to the API's latest deployment. LocalStack does not do so when a template does: a new route would
 * answer as an unknown one.
 */
export async function showLatestDeployment(client: APIGatewayClient, restApiId: string): Promise<void> {
  const [{ items: deployments = [] }, { item: stages = [] }] = await Promise.all([
    client.send(new GetDeploymentsCommand({ restApiId, limit: 500 })),
    client.send(new GetStagesCommand({ restApiId })),
  ]);
  const latest = deployments.reduce<(typeof deployments)[number] | undefined>(
    (newest, each) => (Number(each.createdDate) > Number(newest?.createdDate ?? 0) ? each : newest),
    undefined,
  );
  if (latest?.id === undefined) return;
  for (const { stageName, deploymentId } of stages) {
    if (deploymentId === latest.id) continue;
    const patchOperations = [{ op: 'replace' as const, path: '/deploymentId', value: latest.id }];
    await client.send(new UpdateStageCommand({ restApiId, stageName, patchOperations }));
  }
}
