"""Where a PBX is reached and as whom: one AMI account, with its TLS."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field


@dataclass(frozen=True)
class TlsOptions:
    """How the PBX's certificate is checked. Asterisk does not support client certificates."""

    ca_file: str | None = None
    """PEM file with the authority (or the PBX's own certificate); None: the system's."""
    server_name: str | None = None
    """The name in the certificate, when it is not the host we connect to."""
    verify: bool = True
    """False accepts any certificate: encrypted, but to whom is not known."""

    def context(self) -> ssl.SSLContext:
        """A client context; raises OSError or ssl.SSLError when ``ca_file`` cannot be used."""
        context = ssl.create_default_context(cafile=self.ca_file)
        if not self.verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context


@dataclass(frozen=True)
class AmiAccount:
    """One AMI user of one PBX, and the limits that hold for its connection (seconds, bytes)."""

    host: str
    port: int
    username: str
    secret: str = field(repr=False)
    tls: TlsOptions | None = None
    ping_interval_s: float = 5.0
    events: str = "on"
    """The event mask sent at login: ``on``, ``off`` or classes as ``call,agent,user``."""
    connect_timeout_s: float = 10.0
    """For the TCP connection and the TLS handshake together."""
    login_timeout_s: float = 10.0
    """For the banner, and for each answer during the login."""
    retry_first_s: float = 0.5
    retry_longest_s: float = 30.0
    refused_first_s: float = 2.0
    refused_longest_s: float = 300.0
    message_limit: int = 1 << 20
    max_open_actions: int = 1024
    max_list_items: int = 1_000_000

    def __post_init__(self) -> None:
        for what, value in (("username", self.username), ("secret", self.secret)):
            if any(character in value for character in "\r\n\0"):
                raise ValueError(f"the AMI {what} holds a line break or NUL: check its setting")
        if not 0 < self.port < 65536:
            raise ValueError(f"AMI port {self.port} is not between 1 and 65535")
        if self.ping_interval_s <= 0:
            raise ValueError("ping_interval_s must be above 0 seconds")

    @property
    def address(self) -> str:
        """Host and port, for people."""
        return f"{self.host}:{self.port}"
