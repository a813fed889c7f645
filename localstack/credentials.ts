/** LocalStack takes any; these make the account 000000000000. */
export const CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' };
