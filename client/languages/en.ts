/**
 * The English catalogue, which defines what every other language must contain. The type of a catalogue (`catalogue.ts`)
 * is derived from this one, so a missing string, placeholder or plural form fails the type check.
 *
 * The server uses `frame` in the page around the app. The app uses `words`, and holds one catalogue at a time. The keys
 * of `words` are capitalised, unlike every other property. A text that depends on a code of the protocol or of the state
 * has that code as its key. `{name}` is a placeholder. A text with a count has a form for each plural category of the
 * language (CLDR).
 */

/** The English catalogue. */
export const en = {
  name: "English",
  frame: {
    description:
      "Talk to a random stranger by text or video. No account, no cookies, end-to-end encrypted.",
    noScript:
      "The chat runs in your browser, so it needs JavaScript. Please enable it for this page. All of its code is in the page itself, and nothing is loaded from anywhere else.",
    notRunning: "The chat isn't running. Reload the page, or use another browser.",
    englishOnly: "This page is in English only.",
  },
  words: {
    Direction: "ltr" as "ltr" | "rtl",

    // The first screen.
    Heading: "Talk to a stranger.\nLeave no trace.",
    Lead:
      "You're paired with a random person. No account, no cookies, and only the two of you can read your messages.",
    Interests: "Interests",
    InterestsHint: "Optional. At first, we look for someone who shares one.",
    InterestsChosen: "Selected interests",
    RemoveInterest: "Remove {interest}",
    InterestsFull: "That's ten, the maximum",
    InterestsExample: "music, hiking, films",
    Languages: "Languages",
    LanguagesHint: "From your browser, and never stored.",
    AnyLanguage: "Strangers of any language will do.",
    AddLanguage: "Add a language",
    Adult: "I am 18 or older",
    AdultFirst: "Please confirm your age first. This site is for adults only.",
    StartText: "Start text chat",
    StartVideo: "Start video chat",
    Online: {
      one: "{count} person is here now",
      other: "{count} people are here now",
    },
    Insecure:
      "This page was opened over an unencrypted connection. A chat wouldn't be private, so you can't start one here.",
    OpenSecure: "Open the secure page",
    Language: "Language",
    LanguageFailed: "This language can't be loaded right now. Trying again…",
    /** The switch for light and dark: on if the page is dark. */
    Dark: "Dark mode",
    Links: {
      label: "About this site",
      privacy: "Privacy",
      statistics: "Statistics",
      transparency: "Transparency",
      rules: "House rules",
      contact: "Contact",
    },

    // Reasons why the page cannot connect.
    Unreachable: "The server can't be reached right now. Trying again…",
    Filtered:
      "The server is responding, but no chat connection gets through. Another network may help.",
    Refused: {
      full: "The server is full right now. Trying again…",
      misconfigured: "This site isn't set up correctly. Trying again…",
      "too-many-connections":
        "Too many people are connected from your network right now. Trying again…",
      reported: "You are blocked until {time}.",
      flooding: "You are blocked until {time}.",
      denied: "The operator of this site has blocked your IP address.",
    },
    Blocked: {
      reported:
        "Several people reported someone using your IP address. The block ends automatically, and no record of it is kept.",
      flooding:
        "Too many connections came from your IP address. The block ends automatically, and no record of it is kept.",
      denied: "It stays blocked until the operator removes the block.",
    },
    BlockedWait: "You can leave this page open. It reconnects as soon as the block ends.",
    BlockedHelp: "What you can do about it",

    // A search.
    Looking: "Looking for someone…",
    Cancel: "Cancel",
    Checking: "It's very busy right now, so your device is doing a quick check first.",
    VeryFast:
      "That was a lot of searches in a short time. This one continues automatically in a moment.",
    Quiet:
      "It's quiet right now. Stay here or switch tabs: you'll hear a sound when someone arrives.",
    QuietSilent:
      "It's quiet right now. Stay here or switch tabs: the title changes when someone arrives.",
    Usually: "This usually takes a moment.",
    WhoLikes: "Preferably someone who likes {interests}.",
    WhoSpeaks: "Preferably someone who speaks {languages}.",
    WhoSpeaksAndLikes: "Preferably someone who speaks {languages}, and likes {interests}.",
    WhoSpeaksOrLikes: "Now someone who speaks {languages}, or likes {interests}.",
    Anyone: "Nobody like that is available right now, so you'll be paired with anyone.",
    Reload: "Reload the page to meet more people.",

    // Notifications.
    Notify: "Notify me when someone arrives or writes",
    NotifyHint: "Only while this page is hidden, and without the text of messages.",
    NotifyBlocked:
      "Notifications are blocked. Allow them in your browser's settings for this site.",
    Happened: { arrival: "A stranger is here", message: "New message" },

    // A chat.
    Chat: "Chat",
    Conversation: "Conversation",
    Messages: "Messages",
    YouSay: "You:",
    StrangerSays: "Stranger:",
    NotSent: "Not sent:",
    Notices: {
      "began": "You're now chatting with a random stranger.",
      "you-left": "You have disconnected.",
      "stranger-left": "Stranger has disconnected.",
      "connection-lost": "Your connection was lost, so the chat has ended.",
      "blocked": "You've been blocked because several people reported you.",
      "restart": "The server is about to restart, which will end this chat.",
      "not-secured": "This chat couldn't be encrypted, so it has ended.",
      "tampered": "Something was altered or lost on the way to you and isn't shown.",
      "again": "You're chatting with the same stranger again.",
      "text-only": "Only text can be sent here.",
      "report-taken": "Your report was received. Thank you.",
      "stranger-declined": "Stranger would rather keep chatting by text.",
      "direct-refused":
        "The call didn't start. It would reveal your IP address, and you've turned off such calls.",
      "call-over": "The call has ended.",
      "unable": "This browser can't make video calls.",
      "stranger-unable": "The stranger's browser can't make video calls.",
      "own-tab": "This is your other tab.",
    },
    BothLike: "You both like {interests}.",
    BothSpeak: "You both speak {languages}.",
    NoSharedLanguage: "No shared language was found.",
    MetBefore: "You two met a moment ago. Nobody else is available right now.",
    Dropped: "Your connection dropped. Reconnecting…",
    StrangerDropped: "Stranger's connection dropped. They may come back.",
    StrangerBack: "Stranger is back.",
    StrangerTypes: "Stranger is typing…",
    Held: "Your messages haven't been delivered yet. You can send more once they have.",
    LinkOpens: "Opens {host}. That site will see your IP address.",
    Open: "Open",
    Copy: "Copy",
    Copied: "Copied",
    Delivered: "Delivered",
    NotDelivered: "Not delivered",
    SaveChat: "Save chat",
    BeginningMissing: "Only the latest messages are here. The beginning is missing.",
    VideoCall: "Video call",
    SoundOn: "Sound on",
    SoundOff: "Sound off",
    /** Lines that arrived while the visitor reads older ones. */
    Newer: "New messages: {count}",
    Message: "Message",
    WriteMessage: "Write a message",
    Left: {
      one: "{count} left",
      other: "{count} left",
    },
    Send: "Send",
    Stop: { talking: "Stop", asking: "Really stop?", over: "New chat" },
    PressAgain: "Press again to leave this chat.",
    ChangeInterests: "Change interests",
    Again: "Chat again",
    WantsAgain: "The stranger would like to chat again.",
    NextChat: "The next chat starts in a moment.",
    Stay: "Stay here",
    AutoNext: "Start the next chat automatically",

    // Encryption.
    Agreeing: "Setting up encryption…",
    Encrypted: "End-to-end encrypted",
    Compare:
      "If the stranger sees the same four pictures in the same order, nobody in between can read your chat, not even this server. Compare them by voice, or give a hint in your own words that a machine couldn't alter.",
    Suite:
      "The keys come from {suite}. A recording of the encrypted chat can be read only if both are broken.",
    Unprotected: "What this can't protect you from",
    /** Separates the names of pictures, both in `Pictures` and where the page shows four of them. */
    Comma: ", ",
    Pictures:
      "octopus, cactus, balloon, bicycle, lemon, key, anchor, hat, turtle, mushroom, moon, bell, carrot, guitar, fox, socks, bee, pizza, kite, magnet, elephant, rainbow, boat, drum, penguin, cherries, candle, puzzle, giraffe, corn, rocket, dice, whale, doughnut, statue, compass, owl, melon, scissors, trumpet, snail, volcano, tractor, chair, camel, pretzel, clock, target, butterfly, leaf, castle, cheese, frog, avocado, train, plant, crab, bread, tent, violin, ladybird, egg, island, ladder",

    // A report.
    Report: "Report",
    Reported: "Reported",
    WhatIsWrong: "What is wrong?",
    OnlyReason: "Only the reason is sent, never the conversation.",
    Reasons: {
      underage: "Seems under 18",
      sexual: "Unwanted sexual content",
      harassment: "Harassment or threats",
      spam: "Spam or advertising",
      other: "Something else",
    },
    NeverMind: "Never mind",

    // A stranger who may be a program.
    LooksAutomated: "This stranger looks automated",
    Signs: {
      link: "Their first message contains a link.",
      repeated: "The stranger before them sent the same text.",
      speed: "They write faster than anyone can type.",
    },
    MayBeWrong: "Only this page noticed that, and it may be wrong.",
    ReportStranger: "Report stranger",
    Dismiss: "Dismiss",

    // Before a call.
    HowYouLook: "This is how you'll look",
    HowLoud: "Microphone level",
    TryAgain: "Try again",
    Camera: "Camera",
    Microphone: "Microphone",
    Choices: {
      cameraOff: "Start with the camera off",
      muted: "Start muted",
      blur: "Blur strangers' video until I choose to look",
      keepCamera: "Keep my camera on between chats",
      direct: "Allow calls that reveal my IP address, but ask me first",
    },
    MoreChoices: "More options",
    Back: "Back",
    Devices: {
      camera: {
        opening: "Your browser is asking for permission to use your camera.",
        off: "Your camera is off.",
        denied:
          "Camera access is blocked. Allow it in your browser's settings for this site, or continue without a camera.",
        missing: "No camera was found. Plug one in, or continue without one.",
        busy: "Another app is using your camera. Close it and try again, or continue without one.",
        unsupported:
          "This browser doesn't let this page use a camera. You can continue without one.",
        interrupted:
          "Another app or a switch has paused your camera. It will resume automatically.",
      },
      microphone: {
        opening: "Your browser is asking for permission to use your microphone.",
        off: "Your microphone is off.",
        denied:
          "Microphone access is blocked. Allow it in your browser's settings for this site, or continue without a microphone.",
        missing: "No microphone was found. Plug one in, or continue without one.",
        busy:
          "Another app is using your microphone. Close it and try again, or continue without one.",
        unsupported:
          "This browser doesn't let this page use a microphone. You can continue without one.",
        interrupted:
          "Another app or a switch has paused your microphone. It will resume automatically.",
      },
    },

    // A call.
    Call: "Call",
    OneMoment: "One moment…",
    StrangerWants: "The stranger would like a video call",
    ShowAddresses: "Share your IP addresses with each other?",
    Directly:
      "A direct call reveals your IP address to the stranger, and theirs to you. It starts only if you both agree.",
    ByRelay:
      "The call goes through a relay, so neither of you learns the other's IP address. Your camera and microphone start the way you set them.",
    CallDirectly: "Call directly",
    JoinCall: "Join the call",
    StayWithText: "Stick with text",
    WaitingForStranger: "Waiting for the stranger to join…",
    NoCall: "The call failed",
    Failures: {
      "no-route":
        "Your device and the stranger's couldn't connect. Some networks block direct calls.",
      "no-relay": "The relay for calls is full, or at least one of you can't reach it.",
      "too-fast": "That was a lot of calls in a short time. Please wait a moment.",
    },
    GoOnByText: "Continue by text",
    StrangersPicture: "The stranger's video",
    YourPicture: "Your video",
    ShowPicture: "Show the video",
    Connecting: "Connecting…",
    Broke: "The call was interrupted. Reconnecting…",
    StrangerNoCamera: "The stranger's camera is off.",
    StrangerNothing: "The stranger's camera and microphone are off.",
    StrangerMuted: "The stranger is muted.",
    StrangerFrozen: "The stranger's video has frozen.",
    PlayStranger: "Play the stranger's video and sound",
    Quality: { 1: "Connection: poor", 2: "Connection: fair", 3: "Connection: good" },
    YourDevices: "Camera and microphone",
    CameraOn: "Camera on",
    CameraOff: "Camera off",
    MicOn: "Mic on",
    MicOff: "Mic off",
    More: "More",
    Volume: "Volume",
    StrangersSound: "The stranger's sound",
    SwapPictures: "Swap videos",
    FlipCamera: "Flip camera",
    PopOut: "Picture in picture",
    FullScreen: "Full screen",
    EndCall: "End call",
  },
} as const;
