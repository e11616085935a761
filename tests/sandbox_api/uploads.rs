//! Uploads of files to the sandbox.

use std::time::Duration;

use lagoon_sandbox::Seed;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::Talk;

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_without_a_valid_form_is_refused_before_it_is_read() {
    let talk = Talk::start(Seed::Demo).await;
    let field = |name: &str| {
        format!("--x\r\ncontent-disposition: form-data; name=\"{name}\"; filename=\"f\"\r\n\r\n")
    };
    let forged = format!("{}forged\r\n{}", field("Policy"), field("file"));
    let endless = format!("{}{}", field("key"), "a".repeat(200_000));
    for (start, status) in [(field("file"), 403), (forged, 403), (endless, 400)] {
        let head = format!(
            "POST /files HTTP/1.1\r\nhost: {}\r\ncontent-type: multipart/form-data; boundary=x\r\n\
             content-length: 2500000000\r\n\r\n",
            talk.served.address()
        );
        let socket = tokio::net::TcpStream::connect(talk.served.address()).await;
        let mut socket = socket.unwrap();
        // The rest of the body is never sent, so only a server that does not wait for it answers.
        socket.write_all(head.as_bytes()).await.unwrap();
        let _ = socket.write_all(start.as_bytes()).await;
        let mut answer = [0; 12];
        let read = tokio::time::timeout(Duration::from_secs(20), socket.read_exact(&mut answer));
        read.await.expect("no answer").unwrap();
        let answer = String::from_utf8_lossy(&answer).into_owned();
        assert_eq!(answer, format!("HTTP/1.1 {status}"), "{}", &start[..80]);
    }
}
