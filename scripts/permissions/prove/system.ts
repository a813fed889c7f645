import { setTimeout as delay } from 'node:timers/promises';
import { IAMClient } from '@aws-sdk/client-iam';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { Kafka, logLevel, Partitioners } from 'kafkajs';
import { operatorConfig } from '../../../local/aws-identity.ts';
import type { OwnAddresses } from '../../own-addresses.ts';

/** API Gateway gives a function 29 s. */
const TIMEOUT_MS = 35_000;
const POLL_EVERY_MS = 200;

/** A running system, as its clients and its operator use it. */
export class System {
  readonly addresses: OwnAddresses;
  readonly iam: IAMClient;
  readonly lambda: LambdaClient;

  constructor(addresses: OwnAddresses) {
    const client = { ...operatorConfig(addresses.aws), maxAttempts: 1 };
    this.addresses = addresses;
    this.iam = new IAMClient(client);
    this.lambda = new LambdaClient(client);
  }

  /** Calls the API. @throws Error unless the response has the status */
  async api(status: number, method: string, path: string, body?: object): Promise<Record<string, unknown>> {
    const response = await fetch(this.addresses.api + path, {
      method,
      ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const text = await response.text();
    if (response.status !== status) throw new Error(`${method} ${path} is ${response.status}: ${text}`);
    return { ...(text.startsWith('{') ? JSON.parse(text) : {}), location: response.headers.get('location') };
  }

  /** Invokes a function. @returns its result @throws Error when it fails */
  async invoke(name: string, event: object = {}): Promise<unknown> {
    const { text, failed } = await this.#send(name, event);
    if (failed) throw new Error(`${name} failed: ${text}`);
    return JSON.parse(text);
  }

  /** Invokes a function that tells others than its caller how it ended. @returns the end of its log */
  async logOf(name: string, event: object): Promise<string> {
    return (await this.#send(name, event)).log;
  }

  async #send(name: string, event: object) {
    const Payload = JSON.stringify(event);
    const response = await this.lambda.send(new InvokeCommand({ FunctionName: name, Payload, LogType: 'Tail' }));
    return {
      text: response.Payload?.transformToString() ?? 'null',
      failed: response.FunctionError !== undefined,
      log: Buffer.from(response.LogResult ?? '', 'base64').toString('utf8'),
    };
  }

  /** Appends a record to a topic. */
  async produce(topic: string, message: { key: string; value: string; partition?: number }): Promise<void> {
    const kafka = new Kafka({ brokers: [this.addresses.kafka], logLevel: logLevel.NOTHING });
    const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
    await producer.connect();
    try {
      await producer.send({ topic, messages: [message] });
    } finally {
      await producer.disconnect();
    }
  }

  close(): void {
    this.iam.destroy();
    this.lambda.destroy();
  }
}

/** Waits until something holds. @throws Error that says what did not within the time */
export async function until(what: string, seconds: number, holds: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + seconds * 1000;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`${what}: not within ${seconds} s`);
    await delay(POLL_EVERY_MS);
  }
}
