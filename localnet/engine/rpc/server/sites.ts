import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerFromSite, readSite, type Site } from '../../../../src/base/static-site.js';

/** Files that are served beside the RPC. They are read when somebody asks for the first of them. */
export class Sites {
  private files: Site | undefined;

  constructor(private readonly given?: { path: string; folder: string }) {}

  /** Answers when the request is for a file of a site; false leaves it to others. */
  answer(request: IncomingMessage, response: ServerResponse): boolean {
    if (!this.given) return false;
    const { path, folder } = this.given;
    const [asked = ''] = (request.url ?? '').split('?', 1);
    if (asked === path.slice(0, -1)) {
      response.writeHead(308, { location: path }).end();
      return true;
    }
    if (!asked.startsWith(path)) return false;
    this.files ??= readSite(folder);
    answerFromSite(this.files, asked.slice(path.length), request, response);
    return true;
  }
}
