import { seal, unseal } from "./envelope";
import { type NotebookContent, pack, unpack } from "./notebook";
import type { Node } from "./tree";

/** The contents of a workspace's objects, with the data encryption key that a request was given: kept encrypted. */
export class Contents {
    constructor(
        private readonly workspaceId: string,
        private readonly dek: Buffer,
    ) {}

    /** Stores the bytes of a file or a dashboard. */
    writeBytes(node: Node, bytes: Buffer): void {
        this.write(node, bytes);
        node.size = bytes.length;
    }

    /** The bytes of a file or a dashboard. */
    readBytes(node: Node): Buffer {
        return node.sealed === undefined ? Buffer.alloc(0) : this.open(node.id, node.sealed);
    }

    /** Stores a notebook. */
    writeNotebook(node: Node, content: NotebookContent): void {
        this.write(node, pack(content));
    }

    /** A notebook's content. */
    readNotebook(node: Node): NotebookContent {
        return node.sealed === undefined ? { source: Buffer.alloc(0) } : unpack(this.readBytes(node));
    }

    /** Encrypts what belongs to one thing of the workspace, by a name that nothing else of it has. */
    seal(about: string, bytes: Buffer): Buffer {
        return seal(this.dek, bytes, `${this.workspaceId}/${about}`);
    }

    /** Decrypts what `seal` made. */
    open(about: string, sealed: Buffer): Buffer {
        return unseal(this.dek, sealed, `${this.workspaceId}/${about}`);
    }

    private write(node: Node, bytes: Buffer): void {
        node.sealed = this.seal(node.id, bytes);
    }
}
