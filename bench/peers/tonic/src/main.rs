//! A streaming echo over TLS 1.3 with tonic, to measure against: `tonic-peer server|client FOLDER [PORT]`, where FOLDER
//! holds certificate.pem and key.pem. What is said on standard input and output is in ../../net-peer.ts.
use std::{collections::VecDeque, fs, path::Path, pin::Pin, time::Instant};

use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio_stream::{wrappers::ReceiverStream, wrappers::TcpListenerStream, Stream, StreamExt};
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint, Identity, Server, ServerTlsConfig};
use tonic::{Request, Response, Status, Streaming};

mod echo {
    include!(concat!(env!("OUT_DIR"), "/peer.Echo.rs"));
}
use echo::{echo_client::EchoClient, echo_server::Echo, echo_server::EchoServer};

const WINDOW: u32 = 8 << 20;
const LARGEST: usize = 64 << 20;

/// The fields of a signed tensor message, without anybody who signs or checks.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Message {
    #[prost(bytes = "bytes", tag = "1")]
    caller: prost::bytes::Bytes,
    #[prost(uint64, tag = "2")]
    nonce: u64,
    #[prost(int64, repeated, tag = "3")]
    shape: Vec<i64>,
    #[prost(bytes = "bytes", tag = "4")]
    buffer: prost::bytes::Bytes,
}

struct Service;

#[tonic::async_trait]
impl Echo for Service {
    type ExchangeStream = Pin<Box<dyn Stream<Item = Result<Message, Status>> + Send>>;
    async fn exchange(&self, request: Request<Streaming<Message>>) -> Result<Response<Self::ExchangeStream>, Status> {
        Ok(Response::new(Box::pin(request.into_inner())))
    }
}

type Fallible<T> = Result<T, Box<dyn std::error::Error>>;

async fn serve(folder: &Path) -> Fallible<()> {
    let identity = Identity::from_pem(fs::read(folder.join("certificate.pem"))?, fs::read(folder.join("key.pem"))?);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    println!("{{\"port\":{}}}", listener.local_addr()?.port());
    let service = EchoServer::new(Service).max_decoding_message_size(LARGEST).max_encoding_message_size(LARGEST);
    let incoming = TcpListenerStream::new(listener).map(|socket| {
        let socket = socket?;
        socket.set_nodelay(true)?;
        std::io::Result::Ok(socket)
    });
    let server = Server::builder()
        .tls_config(ServerTlsConfig::new().identity(identity))?
        .initial_stream_window_size(WINDOW)
        .initial_connection_window_size(WINDOW)
        .add_service(service)
        .serve_with_incoming(incoming);
    let mut rest = Vec::new();
    // The bench closes standard input when it needs this process no more.
    tokio::select! {
        done = server => done?,
        _ = async { tokio::io::stdin().read_to_end(&mut rest).await } => {}
    }
    Ok(())
}

#[derive(Deserialize)]
struct Task {
    bytes: usize,
    outstanding: usize,
    seconds: f64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Measured {
    requests: usize,
    seconds: f64,
    p50_ms: f64,
    p99_ms: f64,
}

async fn measure(client: &mut EchoClient<Channel>, task: &Task) -> Fallible<Measured> {
    let (sender, receiver) = tokio::sync::mpsc::channel(task.outstanding);
    let message = |nonce: u64| Message {
        caller: vec![7; 32].into(),
        nonce,
        shape: vec![1, task.bytes as i64 / 4096, 1024],
        buffer: vec![1; task.bytes].into(),
    };
    let begin = Instant::now();
    let mut sent = VecDeque::new();
    for nonce in 0..task.outstanding as u64 {
        sent.push_back(Instant::now());
        sender.send(message(nonce)).await?;
    }
    let mut nonce = task.outstanding as u64;
    let mut replies = client.exchange(ReceiverStream::new(receiver)).await?.into_inner();
    let mut sender = Some(sender);
    let mut times = Vec::new();
    while let Some(reply) = replies.message().await? {
        // A stream keeps its order, so this reply is that of the oldest request.
        times.push(sent.pop_front().ok_or("a reply too many")?.elapsed().as_secs_f64() * 1000.0);
        if reply.buffer.len() != task.bytes {
            return Err("a reply of another size".into());
        }
        if begin.elapsed().as_secs_f64() >= task.seconds {
            sender = None;
        }
        if let Some(sender) = &sender {
            sent.push_back(Instant::now());
            sender.send(message(nonce)).await?;
            nonce += 1;
        }
    }
    let seconds = begin.elapsed().as_secs_f64();
    times.sort_by(f64::total_cmp);
    let at = |share: f64| times[((times.len() as f64 * share) as usize).min(times.len() - 1)];
    Ok(Measured { requests: times.len(), seconds, p50_ms: at(0.5), p99_ms: at(0.99) })
}

async fn call(folder: &Path, port: &str) -> Fallible<()> {
    let tls = ClientTlsConfig::new()
        .ca_certificate(Certificate::from_pem(fs::read(folder.join("certificate.pem"))?))
        .domain_name("localhost");
    let channel = Endpoint::from_shared(format!("https://127.0.0.1:{port}"))?
        .tls_config(tls)?
        .initial_stream_window_size(WINDOW)
        .initial_connection_window_size(WINDOW)
        .tcp_nodelay(true)
        .connect()
        .await?;
    let mut client = EchoClient::new(channel).max_decoding_message_size(LARGEST).max_encoding_message_size(LARGEST);
    println!("{{\"ready\":true}}");
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    while let Some(line) = lines.next_line().await? {
        let task: Task = serde_json::from_str(&line)?;
        println!("{}", serde_json::to_string(&measure(&mut client, &task).await?)?);
    }
    Ok(())
}

/// One thread: two are slower here, since both share the machine with the other process.
#[tokio::main(flavor = "current_thread")]
async fn main() -> Fallible<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["server", folder] => serve(Path::new(folder)).await,
        ["client", folder, port] => call(Path::new(folder), port).await,
        _ => Err("usage: tonic-peer server FOLDER | client FOLDER PORT".into()),
    }
}
