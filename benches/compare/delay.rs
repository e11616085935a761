//! A delayed connection: data arrives a fixed time after it was sent, in both directions.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::channel;
use std::thread;
use std::time::{Duration, Instant};

/// A server that is as far away as it says.
pub(crate) struct Delay {
    address: SocketAddr,
}

impl Delay {
    /// Stands before a server; each direction takes `way`.
    pub(crate) fn before(server: SocketAddr, way: Duration) -> Delay {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap();
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let Ok(server) = TcpStream::connect(server) else {
                    continue;
                };
                drop((client.set_nodelay(true), server.set_nodelay(true)));
                carry(
                    client.try_clone().unwrap(),
                    server.try_clone().unwrap(),
                    way,
                );
                carry(server, client, way);
            }
        });
        Delay { address }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/graphql", self.address)
    }
}

/// Takes bytes from one end to the other; how many are on the way does not matter.
fn carry(mut from: TcpStream, mut to: TcpStream, way: Duration) {
    let (sender, receiver) = channel::<(Instant, Vec<u8>)>();
    thread::spawn(move || {
        let mut buffer = [0; 1 << 16];
        while let Ok(length @ 1..) = from.read(&mut buffer) {
            if sender
                .send((Instant::now() + way, buffer[..length].to_owned()))
                .is_err()
            {
                return;
            }
        }
    });
    thread::spawn(move || {
        for (due, bytes) in receiver {
            thread::sleep(due.saturating_duration_since(Instant::now()));
            if to.write_all(&bytes).is_err() {
                break;
            }
        }
        drop(to.shutdown(Shutdown::Write));
    });
}
