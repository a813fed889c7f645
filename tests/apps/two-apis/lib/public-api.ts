import { Cors, LambdaIntegration, RestApi } from 'aws-cdk-lib/aws-apigateway';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { LibraryFunction } from './library-function.ts';

/** What members use: look at the books, borrow and return them. */
export class PublicApi extends Construct {
  readonly api: RestApi;

  constructor(scope: Construct, id: string, props: { readonly state: IBucket }) {
    super(scope, id);
    const environment = { STATE_BUCKET: props.state.bucketName };

    const catalogue = new LibraryFunction(this, 'Catalogue', {
      entry: 'catalogue',
      description: 'Lists books and shows one',
      environment,
    });
    props.state.grantRead(catalogue, 'books/*');

    const loans = new LibraryFunction(this, 'Loans', {
      entry: 'loans',
      description: 'Lets members borrow and return books',
      environment,
    });
    props.state.grantReadWrite(loans, 'books/*');
    props.state.grantReadWrite(loans, 'loans/*');

    this.api = new RestApi(this, 'Api', {
      restApiName: 'library-public',
      deployOptions: { stageName: 'v1', throttlingRateLimit: 50, throttlingBurstLimit: 100 },
      defaultCorsPreflightOptions: {
        allowOrigins: Cors.ALL_ORIGINS,
        allowMethods: ['GET', 'POST', 'DELETE', 'OPTIONS'],
        allowHeaders: ['Content-Type'],
      },
    });

    const read = new LambdaIntegration(catalogue);
    const lend = new LambdaIntegration(loans);

    const books = this.api.root.addResource('books');
    books.addMethod('GET', read);
    const book = books.addResource('{isbn}');
    book.addMethod('GET', read);
    const bookLoans = book.addResource('loans');
    bookLoans.addMethod('POST', lend);
    bookLoans.addResource('{loanId}').addMethod('DELETE', lend);
  }
}
