//! Detecting that stdout was closed, for commands that seldom write.

/// Never returns for a file or terminal, where this cannot be detected.
#[cfg(unix)]
#[allow(clippy::disallowed_methods, reason = "the stream that ui owns")]
pub(super) async fn is_output_closed() {
    use std::os::fd::AsFd;

    use tokio::io::Interest;
    use tokio::net::unix::pipe::Sender;

    // Waiting for a file fails. The stream stays in blocking mode.
    if let Ok(copy) = std::io::stdout().as_fd().try_clone_to_owned()
        && let Ok(pipe) = Sender::from_owned_fd_unchecked(copy)
        && pipe.ready(Interest::ERROR).await.is_ok()
    {
        return;
    }
    std::future::pending().await
}

#[cfg(not(unix))]
pub(super) async fn is_output_closed() {
    std::future::pending().await
}
