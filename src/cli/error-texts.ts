type Text = readonly [title: string, why: string, remedy: string];

/**
 * Every code of our own errors: what it is in one line, why it comes, and what to do. Those of the chain's errors are in
 * src/chain. test/cli/explain.test.ts finds a code that is missing.
 */
export const ERROR_TEXTS: Readonly<Record<string, Text>> = {
  // The command line.
  usage: [
    'the command line cannot be understood',
    'A command, a flag or an argument is not known, is missing, or is one too many.',
    'Look at --help of the command; bittensor-cli completion lets the shell complete names.',
  ],
  bad_setting: [
    'a setting has a value that it cannot have',
    'The message names where the value comes from (a flag, a variable, the config file) and what is allowed.',
    'Correct it there; bittensor-cli config explain shows where each value comes from.',
  ],
  unknown_setting: [
    'there is no setting of this name',
    'The config file or the command line names one that no command has.',
    'Take the name that the message suggests, or one of bittensor-cli config explain.',
  ],
  bad_config_file: [
    'the config file cannot be read',
    'It is missing, is not YAML, or holds something else than lines of `setting: value`.',
    'Correct the line that the message names; bittensor-cli config path says which file is read.',
  ],
  bad_argument: [
    'an argument cannot be right on any chain',
    'A number, an address or a list is out of its range or contradicts another one.',
    'Correct what the message names.',
  ],
  needs_terminal: [
    'there is a question, and nobody to ask',
    'The command wants to ask something, but it has no terminal, or --no_prompt or --json was given.',
    'Run it in a terminal, or give the flag that answers the question.',
  ],
  needs_consent: [
    'real value may move, and nobody said that it is meant',
    'On a network of real value a transaction asks before it is signed; without a terminal it cannot.',
    'Run it in a terminal, or give --yes and the network by its present name.',
  ],
  old_name: [
    'real value may move, and the network has another name now',
    'kusanagi and akatsuki are names of networks that are gone; what took their places has value.',
    'Give the present name: --subtensor.network test or finney.',
  ],
  declined: ['you said no', 'The question was answered with no, so nothing was signed or written.', 'Nothing.'],
  interrupted: [
    'it was interrupted',
    'Ctrl-C, or a signal of the system.',
    'Run it again. If a transaction had been sent, look first whether it was included.',
  ],
  unexpected: [
    'a mistake of this program',
    'Something happened that its authors did not think of.',
    'Please report it, with the lines that were printed.',
  ],
  bad_schedule: [
    'no learning rate follows from the schedule',
    'A number of it is out of range: epochs and steps are whole and above 0, factors from 0 to 1.',
    'Correct the value that the message names.',
  ],
  // Files.
  disk: [
    'a file cannot be written',
    'The disk is full, or the folder is not writable.',
    'Make room or change the permissions and run it again; what was saved before is whole.',
  ],
  file_exists: [
    'a file is there already',
    'Nothing is overwritten without being told to.',
    'Give another name, or the flag that overwrites.',
  ],
  file_system: [
    'a file or folder cannot be used',
    'It is missing, is of another kind, or is not yours to read or write.',
    'Look at the path in the message, and at its permissions.',
  ],
  // Wallets.
  wallet_not_found: [
    'there is no such wallet or key',
    'No file lies where the key should be.',
    'bittensor-cli wallet list shows those there are; --wallet.name, --wallet.hotkey and --wallet.path choose.',
  ],
  wallet_exists: [
    'there is a key of this name already',
    'A key is never overwritten by itself: it may be the only copy.',
    'Give another name. Only if the old key is worth nothing: --overwrite.',
  ],
  bad_wallet_name: [
    'this cannot be the name of a wallet or hotkey',
    'Names are single names of files: no slashes, no leading dot, not empty.',
    'Take letters, digits, - and _.',
  ],
  bad_mnemonic: [
    'these words are no key',
    'A word is not of the list, is missing, or the checksum of all of them is wrong.',
    'Compare with what you wrote down; the message points at a word that is not of the list and at those near to it.',
  ],
  bad_key: [
    'this is no key',
    'A seed, a secret URI or a private key has the wrong length or form, or does not belong to its public key.',
    'Check what you gave: a seed is 0x and 64 digits.',
  ],
  bad_key_file: [
    'the key file is damaged, or is none',
    'It is not JSON of the official form, or its parts contradict each other.',
    'Restore it from a backup, or make it anew from its words: wallet regen-coldkey or regen-hotkey.',
  ],
  unsupported_key: [
    'a key of another kind',
    'Bittensor uses sr25519 keys; ed25519 and ecdsa keys are recognised, but nothing can be signed with them.',
    'Use an sr25519 key.',
  ],
  key_encrypted: [
    'the key has a password, and none was offered',
    'The file is encrypted.',
    'Give --password-file or --password-fd, set BT_WALLET_PASSWORD, or run it in a terminal.',
  ],
  needs_password: [
    'a password is needed, and there is none',
    'Nothing gives one (--password-file, --password-fd, BT_PW_..., BT_WALLET_PASSWORD, a terminal), or what does is empty.',
    'Give one of them; to keep a new key without a password say --no_password.',
  ],
  passwords_differ: [
    'a new password was typed differently twice',
    'It is asked for twice, so that a slip does not lock you out.',
    'Run it again, or give --password-file.',
  ],
  wrong_password: [
    'the password does not open the key file',
    'It is another one, or the file was changed; the two cannot be told apart.',
    'Try again; look at the keyboard layout. If it was never right: restore a backup or use the words.',
  ],
  weak_password: [
    'the password is too weak',
    'Who copies the file can try millions of passwords.',
    'Take at least six characters that are no common word and no pattern; four random words are good.',
  ],
  key_derivation: [
    'the key of the password could not be computed',
    'It takes 512 MiB of memory on purpose, and they are not there.',
    'End other programs or give this one more memory, and run it again.',
  ],
  bad_signature: [
    'the signature does not fit',
    'The message, the address or the signature is not what was signed; a space or a line end is enough.',
    'Compare all three with what wallet sign printed.',
  ],
  no_words: [
    'the key has no words',
    'It was made of a seed, an export of another program, or a URI: there is nothing that could be shown.',
    'Keep the key file and its password safe: they are the only copy.',
  ],
  // Networks and chains.
  bad_network: [
    'there is no such network',
    'It is neither local, test, finney nor an address.',
    'Give one of these, or an address like ws://127.0.0.1:9944.',
  ],
  chain_unreachable: [
    'no chain answers',
    'Nobody listens at the address, or the network is down.',
    'Check the address. For a chain of your own: bittensor-cli localnet start --detach.',
  ],
  foreign_chain: [
    'another chain than it should be',
    'What answers has another first block than the network that was named, or is no Bittensor chain at all.',
    'Check --subtensor.network and --subtensor.chain_endpoint.',
  ],
  not_local: [
    'this is no local chain',
    'Only chains of this package can mine, travel, fund and revert by command.',
    'Give --port or --url of a chain that bittensor-cli localnet start runs.',
  ],
  localnet_failed: [
    'the local chain did not start',
    'Its process ended, or did not answer in time; the message has the last line of its log.',
    'Look into localnet.log beside its data; another --data folder begins anew.',
  ],
  work_failed: [
    'the search for work broke off',
    'A thread that computes ended, or found what does not hold.',
    'Run it again; with fewer threads if memory is short.',
  ],
  broken_invariant: [
    "the chain's state breaks what has to be true",
    'After random calls a sum or a count in the state was wrong: a mistake of the runtime.',
    'Please report it, with the seed that was printed.',
  ],
  timeout: [
    'it took too long',
    'Whoever was asked did not answer before the deadline.',
    'Run it again; look whether the machine or the network is overloaded.',
  ],
  closed: ['the connection was closed', 'It ended while something was under way.', 'Run it again.'],
  rpc: [
    'the node refused the request',
    'It does not know the request, or could not serve it; the message has its words.',
    'Look at the message; another node, or a newer one, may serve it.',
  ],
  unsupported: [
    'this chain has no such call',
    'The metadata of the chain does not have it, or has it in a shape that is not known here.',
    'Use another network, or a version of this program for that chain.',
  ],
  rejected: [
    'the pool refused the transaction',
    'It is not valid now: funds for its fee, its number, its time, or its signature; the message says which.',
    'bittensor-cli explain NAME of what the message names; nothing was paid.',
  ],
  dispatch: [
    'the transaction was included, and failed',
    'A rule of the chain stands against it; the message names the error. Its fee was paid.',
    'bittensor-cli explain NAME says what that error means and what to do.',
  ],
  insufficient_balance: [
    'the balance is too small',
    'Amount and fee together are more than the account can spend, or would end it.',
    'Send less, or send TAO to the coldkey first; on a local chain: bittensor-cli localnet fund.',
  ],
  insufficient_stake: [
    'there is less stake than that',
    'The coldkey has not that much on this hotkey and subnet.',
    'bittensor-cli stake list shows what is there; --all takes all of it.',
  ],
  too_dear: [
    'it costs more than you want to pay',
    'The price is above --max-cost. It falls with time while nobody registers.',
    'Wait, or raise --max-cost.',
  ],
  already_registered: [
    'the hotkey is registered already',
    'It has a uid on this subnet.',
    'Nothing, or take another hotkey.',
  ],
  not_registered: [
    'the hotkey is not registered on this subnet',
    'Only registered hotkeys serve, set weights and earn.',
    'bittensor-cli subnet register --netuid N registers it.',
  ],
  no_subnet: [
    'there is no such subnet',
    'No subnet of this chain has the number.',
    'bittensor-cli subnet list shows all.',
  ],
  too_early: [
    'the weights cannot be revealed yet',
    'A subnet that hides weights at first takes them some epochs after they were committed, and not before.',
    'Wait for the block that the message names.',
  ],
  nothing_to_reveal: [
    'there are no committed weights that can be revealed',
    'None were committed with this wallet on this chain, they are revealed already, or their time has passed.',
    'bittensor-cli weights set commits to weights.',
  ],
  bad_endpoint: [
    'what was given as an endpoint is none',
    'Its numbers are not those of an endpoint, or a field has a value that it cannot have; the message names it.',
    'Take endpoints from a metagraph, or make them with endpoint.toTensor.',
  ],
  not_synced: [
    'a metagraph is read before it was filled',
    'Neither sync() nor load() has been awaited, or sync({ lite: true }) left weights and bonds out.',
    'Await metagraph().sync() first.',
  ],
  bad_metagraph_file: [
    'the saved metagraph cannot be read',
    'The file is damaged or of another kind.',
    'Remove it: it is fetched again.',
  ],
  no_block: [
    'the chain has no such block',
    'Its number is above the newest one, or its hash is of another chain or of a block that was taken back.',
    'Take a block that the explorer lists.',
  ],
  page_not_built: [
    'the page of the explorer is missing',
    'It is bundled by the build, which was interrupted or left it out.',
    'Run npm run build.',
  ],
  // The network between neurons.
  port_in_use: [
    'the port is in use',
    'Another program listens there, perhaps another neuron or chain.',
    'Give another port (0 takes a free one), or stop that program.',
  ],
  cannot_listen: [
    'the address cannot be listened at',
    'It is not of this machine, or the port is reserved for root (below 1024).',
    'Give another address or port.',
  ],
  no_gateway: [
    'no router forwards the port',
    'UPnP is off in the router, the router does not speak it, or multicast does not reach it (from a container, say).',
    "Switch it on there, give --axon.upnp_gateway the router's description, or forward the port by hand and name it by --axon.external_port.",
  ],
  bad_address: [
    'this is no address',
    'It cannot be dialled or written on a chain.',
    'Give host:port, or an ss58 address.',
  ],
  no_key: [
    'gossip without a key announces nothing',
    'It was begun to observe only.',
    'Give it a signer, whose entries others can verify.',
  ],
  too_many: [
    'too many synapses are announced',
    'Others keep a few of each key and no more.',
    'Withdraw one before another is announced.',
  ],
  no_work: [
    'no proof of work was found',
    'The thread that looks for it failed; the neuron tries again by itself.',
    'Wait, or where it goes on lower --metagraph_difficulty, to which the others must agree.',
  ],
  no_address: [
    'nobody could reach this neuron',
    'On a network of many machines the address that others dial has to be announced.',
    'Give it with --remote_ip, and --port if a router forwards another port.',
  ],
  refused: [
    'a peer refused a request',
    'Its return code says why: the signature, the rights, the load, or what was sent.',
    'A few are normal; if all do, look at the clock of this machine and at the registration of the hotkey.',
  ],
  // The neuron and its model.
  hotkey_elsewhere: [
    'another neuron uses this hotkey',
    'At the address that the chain has for the hotkey an axon proves to have its key, or the chain has an axon or weights that this neuron did not send. One key in two places loses requests, and sets two rows of weights of which nobody knows which one counts.',
    'Stop one of the two, or give one of them another hotkey. If you run only one, somebody else has the key: move your stake, and make a new one.',
  ],
  slot_taken: [
    'the key or data folder is in use',
    'Another neuron of this machine runs with it; the same key twice would contradict itself.',
    'Stop that one, or choose another hotkey with --neuron_key.',
  ],
  no_slot: [
    'no data folder is free',
    'All of them are in use by other neurons of this machine.',
    'Stop one of them, or give another --data.',
  ],
  thread_died: [
    'a part of the neuron ended',
    'The thread that trains or serves ran into an error or out of memory; the message has it.',
    'Start it again: it goes on from its last checkpoint. Please report it if it comes back.',
  ],
  device: [
    'it cannot compute on this device',
    'What the device needs is not installed, or the machine has none.',
    '--device auto takes the best that is there; npm run setup:native installs native TensorFlow.',
  ],
  unknown_model: [
    'there is no such model',
    'The checkpoint or the setting names one that is not known.',
    'Take mnist.',
  ],
  bad_checkpoint: [
    'the saved model cannot be used',
    'The file is damaged, or is of another model.',
    'Give another one with --model_path, or move it away to begin anew.',
  ],
  bad_student: [
    'a student is not what its neuron signed, or cannot be used',
    'A part that came is not the one that the hotkey signed, a file was changed or is missing, or its sizes make no sense.',
    'Pull it again; bittensor-cli model show says what is wrong with the files. What a neuron sent wrong is never kept.',
  ],
  bad_dataset: [
    'the training data cannot be used',
    'What --dataset names is damaged, or of another kind than the model takes; or a file of the package is not what it should be.',
    'Do what the message says; install the package again where it names a file of the package.',
  ],
  shape: [
    'a tensor has the wrong shape',
    'What a peer or a file gave does not fit the model.',
    'From a peer it is refused and nothing else happens; from a file: take another one.',
  ],
  non_finite: [
    'a number is infinite or none',
    'A gradient or an output has values that cannot be used.',
    'From a peer it is refused; in own training lower --learning_rate.',
  ],
  stale: [
    'a gradient came too late',
    'It belongs to parameters that have been replaced since.',
    'Nothing: the next request gets the new ones.',
  ],
  modality: [
    'a kind of input that the model has not',
    'Text was sent to images, or the other way.',
    'Ask another neuron.',
  ],
  // The local chain's process.
  bad_runtime: [
    'the runtime cannot be used',
    'The wasm code is damaged, or is no Substrate runtime.',
    'Give another --chain specification, or install the package again.',
  ],
  runtime_trap: [
    'the runtime gave up',
    'A call into the chain panicked, or took longer than it may.',
    'Look into localnet.log; what was asked changed nothing.',
  ],
  host_error: [
    'the local chain could not serve a call',
    'Its host failed, not the transaction.',
    'Look into localnet.log.',
  ],
  bad_block: [
    'a block does not verify',
    'Executed again it gives another result.',
    'A follower goes on when its leader is right again.',
  ],
  bad_data: [
    'the folder of the chain is damaged or of another chain',
    'Its files do not belong together, or to this specification.',
    'Give another --data folder; bittensor-cli localnet dump of a good one can be started from.',
  ],
  bad_genesis: [
    'the chain specification cannot be used',
    'It is not raw, or no specification.',
    'Give a raw specification.',
  ],
  unknown_block: [
    'there is no such block',
    'No block has this hash or number.',
    'bittensor-cli localnet status shows the newest.',
  ],
  state_discarded: [
    'the state of that block is gone',
    'Only the states of the last blocks are kept.',
    'Start the chain with --archive, or with a larger --prune.',
  ],
  too_many_snapshots: ['there are too many snapshots', 'Each one is kept.', 'Go back to one: later ones go with it.'],
  folder_busy: [
    'the folder of the chain is in use',
    'Another process has it.',
    'Stop that one, or give another --data.',
  ],
  port_busy: ['the port of the chain is in use', 'Another program listens there.', 'Give another --port.'],
  unreachable: [
    'another node does not answer',
    'The source of a fork, or a leader.',
    'Check its address; it is tried again.',
  ],
  bad_answer: ['another node answers nonsense', 'It is no Substrate node, or is broken.', 'Take another one.'],
  not_here: [
    'only the source of the fork has this',
    'A fork fetches state when it is needed, and its source is gone.',
    'Bring the source back, or dump the fork while it is there.',
  ],
};
