import { Duration } from 'aws-cdk-lib';
import { AuthorizationType, LambdaIntegration, RestApi, TokenAuthorizer } from 'aws-cdk-lib/aws-apigateway';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { LibraryFunction } from './library-function.ts';

/** What the staff use, behind a bearer token. */
export class StaffApi extends Construct {
  readonly api: RestApi;
  readonly token: Secret;

  constructor(scope: Construct, id: string, props: { readonly state: IBucket }) {
    super(scope, id);
    const environment = { STATE_BUCKET: props.state.bucketName };

    this.token = new Secret(this, 'Token', {
      description: 'Bearer token of the staff API',
      generateSecretString: { passwordLength: 48, excludePunctuation: true },
    });

    const authorize = new LibraryFunction(this, 'Authorize', {
      entry: 'authorize',
      description: 'Checks the bearer token of the staff',
      environment: { TOKEN_SECRET_ARN: this.token.secretArn },
    });
    this.token.grantRead(authorize);

    const desk = new LibraryFunction(this, 'Desk', {
      entry: 'desk',
      description: 'Everything the staff look up',
      environment,
    });
    props.state.grantRead(desk, 'loans/*');
    props.state.grantRead(desk, 'snapshots/*');

    const stock = new LibraryFunction(this, 'Stock', {
      entry: 'stock',
      description: 'Adds books and changes how many copies there are',
      environment,
    });
    props.state.grantReadWrite(stock, 'books/*');

    this.api = new RestApi(this, 'Api', {
      restApiName: 'library-staff',
      deployOptions: { stageName: 'v1' },
      defaultMethodOptions: {
        authorizationType: AuthorizationType.CUSTOM,
        authorizer: new TokenAuthorizer(this, 'Authorizer', {
          handler: authorize,
          validationRegex: '^Bearer [A-Za-z0-9]+$',
          resultsCacheTtl: Duration.minutes(5),
        }),
      },
    });

    this.api.root.addProxy({ defaultIntegration: new LambdaIntegration(desk) });
    this.api.root
      .addResource('stock')
      .addResource('{isbn}')
      .addMethod('PUT', new LambdaIntegration(stock));
  }
}
