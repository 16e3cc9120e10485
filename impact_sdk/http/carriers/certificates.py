"""TLS: which certificates of DES are trusted, and the client's own certificate."""

import functools
import os
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

import certifi

from ...errors import ConfigurationError
from ...mistakes.wrong import wrong
from ...secrets import Secret
from .connection_options import Cert

PEM = "-----BEGIN"


def tls(verify: ssl.SSLContext | str | bool, cert: Cert | None, http2: bool) -> ssl.SSLContext:
    """The context for connections; `ConfigurationError` if a certificate cannot be used."""
    if isinstance(verify, ssl.SSLContext):
        if cert is not None:
            raise ConfigurationError("cert is given beside an ssl.SSLContext; load it there, with load_cert_chain()")
        return verify
    # OpenSSL would read an empty text as the machine's own authorities.
    if not isinstance(verify, (bool, str)) or verify == "":
        raise wrong("verify", verify, "True, False, the path of your authorities, or an ssl.SSLContext")
    if cert is not None and not _is_cert(cert):
        raise ConfigurationError("cert is not a certificate; give a path, or a tuple of certificate, key and password")
    return _context(verify, cert, http2, os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))


def _is_cert(cert: object) -> bool:
    if not isinstance(cert, tuple):
        return isinstance(cert, str)
    texts = [*cert[:2], *(Secret(password).reveal() for password in cert[2:])]
    return len(cert) in (2, 3) and all(isinstance(text, str) for text in texts)


# Cached: reading certificates takes longer than many calls. `_http2` is part of the key, since httpcore writes the
# protocols that it offers into the context.
@functools.cache
def _context(
    verify: str | bool, cert: Cert | None, _http2: bool, file: str | None, folder: str | None
) -> ssl.SSLContext:
    if verify is False:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    elif isinstance(verify, str):
        is_folder = os.path.isdir(verify)
        with _reading("verify", verify):
            context = ssl.create_default_context(
                cafile=None if is_folder else verify, capath=verify if is_folder else None
            )
    else:
        context = _trusting_as_the_environment_says(file, folder)
    if cert is not None:
        _load(context, cert)
    return context


def _trusting_as_the_environment_says(file: str | None, folder: str | None) -> ssl.SSLContext:
    if file:
        with _reading("SSL_CERT_FILE", file):
            return ssl.create_default_context(cafile=file)
    if folder:
        with _reading("SSL_CERT_DIR", folder):
            # OpenSSL would trust nobody and say nothing.
            if not any(map(os.path.isdir, folder.split(os.pathsep))):
                raise NotADirectoryError("there is no such folder")
            return ssl.create_default_context(capath=folder)
    return ssl.create_default_context(cafile=certifi.where())


def _load(context: ssl.SSLContext, cert: Cert) -> None:
    certificate, key = (cert, None) if isinstance(cert, str) else cert[:2]
    paths = [path for path in (certificate, key) if path is not None]
    password = Secret(cert[2]) if not isinstance(cert, str) and len(cert) == 3 else None
    for path in paths:  # OpenSSL does not say which of the two is missing
        with _reading("cert", path), open(path, "rb"):
            pass
    with _reading("cert", *paths):
        context.load_cert_chain(certificate, key, None if password is None else password.reveal)


@contextmanager
def _reading(name: str, *paths: str) -> Iterator[None]:
    """`ConfigurationError`, with the option or variable and the path, if a certificate cannot be read."""
    if any(PEM in path for path in paths):
        raise ConfigurationError(
            f"{name} is the text of a certificate or key, which is not shown; give the path of one"
        )
    try:
        yield
    except (OSError, ValueError) as error:
        what, why = " with the key ".join(map(repr, paths)), f"{type(error).__name__}: {error}"
        raise ConfigurationError(
            f"{name} is {what}, which cannot be read ({why}); give certificates in the form PEM"
        ) from error
