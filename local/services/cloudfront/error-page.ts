import type { ServerResponse } from 'node:http';
import { type HttpResponse, send } from '../../http/http-response.ts';

/** A response of the distribution itself. */
export function errorPage(statusCode: number, sentence: string): HttpResponse {
  const page = `<!DOCTYPE html><title>${statusCode}</title><h1>The request could not be satisfied</h1><p>${sentence}</p>\n`;
  return { statusCode, headers: new Map([['Content-Type', ['text/html']]]), body: Buffer.from(page) };
}

/** Sends an error page when nothing has been sent yet; otherwise the connection ends. */
export function sendError(response: ServerResponse, statusCode: number, sentence: string): void {
  if (response.headersSent) response.destroy();
  else send(response, errorPage(statusCode, sentence));
}
