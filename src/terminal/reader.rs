//! Whether somebody still reads stdout, for who writes seldom.

/// Ends when nobody reads stdout any more; never where that cannot be told: it is a file, or a
/// terminal.
#[cfg(unix)]
#[allow(clippy::disallowed_methods, reason = "the stream that ui owns")]
pub(super) async fn gone() {
    use std::os::fd::AsFd;

    use tokio::io::Interest;
    use tokio::net::unix::pipe::Sender;

    // Files cannot be waited for: then it is never known. The stream stays as it is: it blocks.
    if let Ok(copy) = std::io::stdout().as_fd().try_clone_to_owned()
        && let Ok(pipe) = Sender::from_owned_fd_unchecked(copy)
        && pipe.ready(Interest::ERROR).await.is_ok()
    {
        return;
    }
    std::future::pending().await
}

/// Ends when nobody reads stdout any more, which is not known here.
#[cfg(not(unix))]
pub(super) async fn gone() {
    std::future::pending().await
}
