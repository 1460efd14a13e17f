import { BelljarError } from './errors.ts';
import {
  type Asker,
  type Session,
  type Sessions,
  type StateReport,
  type WorkspaceSessionOptions,
  readAsker,
  readWorkspaceOpening,
} from './sessions/index.ts';

export interface WokenSession {
  readonly session: Session;
  /** What came back, and what did not, with why; undefined where nothing was saved, so that it begins anew. */
  readonly report: StateReport | undefined;
}

/** The workspaces of this installation, by name. */
export class Workspaces {
  readonly #sessions: Sessions;

  constructor(sessions: Sessions) {
    this.#sessions = sessions;
  }

  /**
   * A workspace as an actor sees it. Its files are made when its first session wants them.
   *
   * @example
   * const workspace = belljar.workspaces.use('notebook-1', { actor: { id: 'user-1', kind: 'user' }, role: 'owner' });
   * @throws USAGE where the name is none, or the asker none.
   */
  use(name: string, asker: Asker): Workspace {
    if (name === '') throw new BelljarError('USAGE', 'a workspace needs a name');
    return new Workspace(name, readAsker(asker), this.#sessions);
  }
}

/** Owns files and sessions: a notebook, a document project, an agent's skill. */
export class Workspace {
  readonly name: string;
  readonly #asker: Asker;
  readonly #sessions: Sessions;

  constructor(name: string, asker: Asker, sessions: Sessions) {
    this.name = name;
    this.#asker = asker;
    this.#sessions = sessions;
  }

  /**
   * Opens a session on the workspace's files.
   *
   * @throws USAGE, POLICY_DENIED where the policy says no, WORKSPACE_UNUSABLE, and what a launch throws.
   */
  async openSession(options: WorkspaceSessionOptions = {}): Promise<Session> {
    return this.#sessions.open({ ...readWorkspaceOpening(options), ...this.#asker, workspace: this.name });
  }

  /**
   * Opens a session with the names that one of this workspace had when it was put to sleep.
   *
   * @throws what openSession() throws.
   */
  async wakeSession(options: WorkspaceSessionOptions = {}): Promise<WokenSession> {
    const session = await this.openSession(options);
    try {
      return { session, report: await session.restoreState({ signal: options.signal }) };
    } catch (error) {
      await session.close();
      throw error;
    }
  }
}
