"""Which type of file it is: the beginning decides where it can, the name where only text or an archive is told apart.

What claims by its name to be an image and begins otherwise is never told as one, and nothing becomes active content
(HTML, SVG, scripts) by what it contains.
"""

HEAD_BYTES = 512
UNKNOWN = "application/octet-stream"

BEGINNINGS = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"BM", "image/bmp"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"\x00\x00\x01\x00", "image/vnd.microsoft.icon"),
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"PK\x05\x06", "application/zip"),
    (b"\x1f\x8b", "application/gzip"),
    (b"BZh", "application/x-bzip2"),
    (b"\xfd7zXZ\x00", "application/x-xz"),
    (b"\x28\xb5\x2f\xfd", "application/zstd"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"PAR1", "application/vnd.apache.parquet"),
    (b"ARROW1", "application/vnd.apache.arrow.file"),
    (b"SQLite format 3\x00", "application/vnd.sqlite3"),
    (b"\x89HDF\r\n\x1a\n", "application/x-hdf5"),
    (b"\x93NUMPY", "application/x-npy"),
    (b"\x00asm", "application/wasm"),
    (b"\x7fELF", "application/x-elf"),
    (b"OggS", "audio/ogg"),
    (b"fLaC", "audio/flac"),
    (b"ID3", "audio/mpeg"),
    (b"\x1aE\xdf\xa3", "video/webm"),
    (b"wOFF", "font/woff"),
    (b"wOF2", "font/woff2"),
)

IN_RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}

OFFICE = "application/vnd.openxmlformats-officedocument."
ARCHIVES = {
    "docx": OFFICE + "wordprocessingml.document",
    "xlsx": OFFICE + "spreadsheetml.sheet",
    "pptx": OFFICE + "presentationml.presentation",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "epub": "application/epub+zip",
    "npz": "application/x-npz",
    "whl": "application/x-wheel+zip",
}

TEXTS = {
    "txt": "text/plain",
    "log": "text/plain",
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "md": "text/markdown",
    "rst": "text/x-rst",
    "tex": "application/x-tex",
    "html": "text/html",
    "htm": "text/html",
    "css": "text/css",
    "js": "text/javascript",
    "mjs": "text/javascript",
    "ts": "text/x-typescript",
    "svg": "image/svg+xml",
    "xml": "application/xml",
    "json": "application/json",
    "jsonl": "application/jsonl",
    "ndjson": "application/jsonl",
    "geojson": "application/geo+json",
    "ipynb": "application/x-ipynb+json",
    "yaml": "application/yaml",
    "yml": "application/yaml",
    "toml": "application/toml",
    "ini": "text/plain",
    "cfg": "text/plain",
    "py": "text/x-python",
    "pyi": "text/x-python",
    "sh": "application/x-sh",
    "sql": "application/sql",
    "r": "text/x-r",
    "c": "text/x-c",
    "h": "text/x-c",
    "diff": "text/x-diff",
    "patch": "text/x-diff",
}

# Nothing at the beginning of these tells what they are.
OTHERS = {"pkl": "application/x-pickle", "pickle": "application/x-pickle", "tar": "application/x-tar"}


def media_type_of(name, head):
    """The type of a file of that name which begins like that."""
    ending = name.rpartition(".")[2].lower() if "." in name[1:] else ""
    by_head = _by_beginning(head)
    if by_head == "application/zip":
        return ARCHIVES.get(ending, by_head)
    if by_head is not None:
        return by_head
    if _is_text(head):
        return TEXTS.get(ending, "text/plain")
    return OTHERS.get(ending, UNKNOWN)


def _by_beginning(head):
    for beginning, media_type in BEGINNINGS:
        if head.startswith(beginning):
            # Two letters alone are how many a text begins.
            return None if beginning == b"BM" and _is_text(head) else media_type
    if head[:4] == b"RIFF":
        return IN_RIFF.get(head[8:12])
    if head[4:8] == b"ftyp":
        return "video/mp4"
    return None


def _is_text(head):
    if b"\x00" in head:
        return False
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        # The last character may be cut.
        return len(head) == HEAD_BYTES and error.reason == "unexpected end of data" and error.start >= len(head) - 3
    return True
