import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { LibraryFunction } from './library-function.ts';

export class Schedules extends Construct {
  constructor(scope: Construct, id: string, props: { readonly state: IBucket }) {
    super(scope, id);
    const { state } = props;
    const environment = { STATE_BUCKET: state.bucketName };

    const markOverdue = new LibraryFunction(this, 'MarkOverdue', {
      entry: 'mark-overdue',
      description: 'Marks the loans that are past their due date',
      environment,
      timeout: Duration.seconds(50),
    });
    state.grantRead(markOverdue, 'loans/*');
    state.grantPut(markOverdue, 'loans/*');
    this.run('EveryMinute', Schedule.rate(Duration.minutes(1)), markOverdue);

    const snapshot = new LibraryFunction(this, 'Snapshot', {
      entry: 'snapshot',
      description: 'Writes a snapshot of the catalogue',
      environment,
      timeout: Duration.minutes(1),
    });
    state.grantRead(snapshot, 'books/*');
    state.grantPut(snapshot, 'snapshots/*');
    this.run('EveryFiveMinutes', Schedule.rate(Duration.minutes(5)), snapshot);

    const cleanUp = new LibraryFunction(this, 'CleanUp', {
      entry: 'clean-up',
      description: 'Removes old snapshots and loans returned long ago',
      environment: { ...environment, SNAPSHOT_DAYS: '7', LOAN_DAYS: '90' },
      timeout: Duration.minutes(5),
    });
    for (const objects of ['loans/*', 'snapshots/*']) {
      state.grantRead(cleanUp, objects);
      state.grantDelete(cleanUp, objects);
    }
    this.run('Nightly', Schedule.cron({ hour: '2', minute: '30' }), cleanUp);
  }

  private run(id: string, schedule: Schedule, handler: LibraryFunction): void {
    new Rule(this, id, {
      description: handler.node.id,
      schedule,
      targets: [new LambdaFunction(handler, { retryAttempts: 1 })],
    });
  }
}
