import { App } from 'aws-cdk-lib';
import { TelemetryStack } from '../lib/telemetry-stack.ts';

const app = new App();

new TelemetryStack(app, 'Telemetry', {
  description: 'A telemetry store: readings and devices, through Kafka into two PostgreSQL databases',
});
