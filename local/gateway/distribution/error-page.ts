import type { ServerResponse } from 'node:http';

/** An answer of the distribution itself, when nothing has been sent yet; otherwise the connection ends. */
export function sendError(response: ServerResponse, statusCode: number, sentence: string): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const page = `<!DOCTYPE html><title>${statusCode}</title><h1>The request could not be satisfied</h1><p>${sentence}</p>\n`;
  response.writeHead(statusCode, { 'Content-Type': 'text/html', 'Content-Length': Buffer.byteLength(page) });
  response.end(page);
}
