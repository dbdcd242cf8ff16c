/**
 * English, and thereby what every language must say: the type of a catalogue (`catalogue.ts`) is made from this one, so
 * a string, a placeholder or a form that another language lacks fails the type check.
 *
 * `frame` is said by what the server sends around the app, `words` by the app, which has a single catalogue at a time.
 * Keys of `words` are capitalised, unlike every other property: the build numbers them. What depends on a code of the
 * protocol or the state stands under that code. `{name}` is filled in; what is counted has a form for each plural
 * category of the language (CLDR).
 */

/** What is said in English. */
export const en = {
  name: "English",
  frame: {
    description:
      "Talk to a random stranger by text or video. No account, no cookies, end-to-end encrypted.",
    noScript:
      "The chat runs in your browser, so it needs JavaScript. Please allow it for this page: everything it runs is in this one page, and nothing comes from anywhere else.",
    englishOnly: "This page is in English only.",
  },
  words: {
    Direction: "ltr" as "ltr" | "rtl",

    // The first screen.
    Heading: "Talk to a stranger.\nLeave no trace.",
    Lead:
      "You are paired with a random person. No account, no cookies, and only the two of you can read what you write.",
    Interests: "Interests",
    InterestsHint: "Optional. We look for somebody who shares one, for five seconds.",
    InterestsChosen: "Chosen",
    RemoveInterest: "Remove {interest}",
    InterestsFull: "That's ten, the most there can be",
    InterestsExample: "music, hiking, films",
    Adult: "I am 18 or older",
    AdultFirst: "Please confirm this first: this place is for adults only.",
    StartText: "Start text chat",
    StartVideo: "Start video chat",
    Online: {
      one: "{count} person is here now",
      other: "{count} people are here now",
    },
    Insecure:
      "This page was opened without encryption, so a chat can't be private and can't start.",
    OpenSecure: "Open the secure page",
    Language: "Language",
    LanguageFailed: "This language can't be loaded right now. Trying again…",
    Links: {
      label: "About this place",
      privacy: "Privacy",
      statistics: "Statistics",
      transparency: "Transparency",
      contact: "Contact",
    },

    // What keeps one from coming in.
    Unreachable: "The server can't be reached right now. Trying again…",
    Hindered: {
      full: "Every place is taken right now. Trying again…",
      crowded: "Too many people are here from your network right now. Trying again…",
      reported: "You are blocked until {time}.",
      flooding: "You are blocked until {time}.",
      denied: "The operator of this place has refused your address.",
    },
    Blocked: {
      reported:
        "Several people have reported what came from your address. The block ends by itself, and nothing of it is kept.",
      flooding:
        "Your address has connected far too often. The block ends by itself, and nothing of it is kept.",
      denied: "It is kept out until the operator lets it in again.",
    },
    BlockedWait: "You can leave this page open: it goes on as soon as it may.",
    BlockedHelp: "What you can do about it",

    // A search.
    Looking: "Looking for someone…",
    Cancel: "Cancel",
    Checking: "Very many people are coming in right now, so your device does a short check first.",
    VeryFast: "That was very fast. It goes on by itself in a moment.",
    Quiet: "It is quiet right now. Stay here, or in another tab: you'll hear when somebody comes.",
    Usually: "This usually takes a moment.",
    WhoLikes: "Somebody who likes {interests}, if they are here.",
    Anyone: "Nobody with your interests is here, so anyone is welcome now.",

    // A chat.
    Chat: "Chat",
    Conversation: "Conversation",
    Messages: "Messages",
    YouSay: "You:",
    StrangerSays: "Stranger:",
    Notices: {
      "began": "You're now chatting with a random stranger.",
      "you-left": "You have disconnected.",
      "stranger-left": "Stranger has disconnected.",
      "connection-lost": "Your connection was lost, and the chat ended with it.",
      "blocked": "You have been blocked, because several people have reported you.",
      "restart": "The server restarts in a moment, and this chat ends with it.",
      "not-secured": "This chat could not be encrypted, so it has ended.",
      "tampered": "Something was changed or lost on the way here, and is not shown.",
      "report-taken": "Your report was received. Thank you.",
      "stranger-declined": "Stranger would rather go on by text.",
      "direct-refused": "No call: here it would show your IP address, which you have refused.",
      "call-over": "The call has ended.",
    },
    BothLike: "You both like {interests}.",
    MetBefore: "You have met a moment ago; nobody else is here right now.",
    Dropped: "Your connection dropped. Coming back…",
    StrangerDropped: "Stranger's connection dropped. They may come back.",
    StrangerBack: "Stranger is back.",
    StrangerTypes: "Stranger is typing…",
    Held: "Your messages have not arrived yet. You can send more when they have.",
    Delivered: "Delivered",
    NotDelivered: "Not delivered yet",
    SaveChat: "Save chat",
    VideoCall: "Video call",
    SoundOn: "Sound on",
    SoundOff: "Sound off",
    Message: "Message",
    WriteMessage: "Write a message",
    Left: {
      one: "{count} left",
      other: "{count} left",
    },
    Send: "Send",
    Stop: { talking: "Stop", asking: "Really stop?", over: "New chat" },
    ChangeInterests: "Change interests",

    // Encryption.
    Agreeing: "Agreeing on keys…",
    Encrypted: "End-to-end encrypted",
    Compare:
      "If the stranger sees the same four, in the same order, nobody sits between you, not even this server. Compare them by voice, or by a hint in your own words that a machine could not change.",
    Unprotected: "What this can't protect from",
    /** Between the names of pictures: in the list of all of them, and where four are told. */
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

    // Before a call.
    HowYouLook: "This is how you look",
    HowLoud: "How loud you are",
    TryAgain: "Try again",
    Camera: "Camera",
    Microphone: "Microphone",
    Choices: {
      cameraOff: "Start with the camera off",
      muted: "Start muted",
      blur: "Blur strangers until I choose to look",
      keepCamera: "Keep my camera on between chats",
      direct: "Ask me before a call that shows my IP address; otherwise there is none",
    },
    MoreChoices: "More choices",
    Back: "Back",
    Devices: {
      camera: {
        opening: "Your browser asks whether this page may use your camera.",
        off: "Your camera is off.",
        denied:
          "This page may not use your camera. You can allow it in your browser's settings for this page, or go on without.",
        missing: "No camera was found. You can plug one in, or go on without.",
        busy: "Another program is using your camera. Close that and try again, or go on without.",
        unsupported: "This browser gives no camera to this page. You can go on without.",
      },
      microphone: {
        opening: "Your browser asks whether this page may use your microphone.",
        off: "Your microphone is off.",
        denied:
          "This page may not use your microphone. You can allow it in your browser's settings for this page, or go on without.",
        missing: "No microphone was found. You can plug one in, or go on without.",
        busy:
          "Another program is using your microphone. Close that and try again, or go on without.",
        unsupported: "This browser gives no microphone to this page. You can go on without.",
      },
    },

    // A call.
    Call: "Call",
    OneMoment: "One moment…",
    StrangerWants: "The stranger would like a video call",
    ShowAddresses: "Show each other your IP addresses?",
    Directly:
      "There is no relay here, so the call goes straight from your device to the stranger's. A direct call shows your IP address to the stranger, and theirs to you. It begins only if both of you agree.",
    ByRelay:
      "It goes through a relay, so neither of you learns the other's IP address. Your camera and microphone start as you chose.",
    CallDirectly: "Call directly",
    JoinCall: "Join the call",
    StayWithText: "Stay with text",
    WaitingForStranger: "Waiting for the stranger to join…",
    NoCall: "No call this time",
    Failures: {
      "no-route":
        "Your device and the stranger's found no way to each other. Some networks allow none.",
      "no-relay": "The relay for calls could not be reached, or not by both of you.",
      "too-fast": "That were many calls in a short time. Wait a moment.",
    },
    GoOnByText: "Go on by text",
    StrangersPicture: "The stranger's picture",
    YourPicture: "Your picture",
    ShowPicture: "Show the picture",
    Connecting: "Connecting…",
    Broke: "The connection broke. Looking for another way…",
    StrangerNoCamera: "The stranger's camera is off.",
    StrangerNothing: "The stranger's camera is off, and so is the microphone.",
    StrangerMuted: "The stranger is muted.",
    Quality: { 1: "Connection: poor", 2: "Connection: fair", 3: "Connection: good" },
    YourDevices: "Your devices",
    CameraOn: "Camera on",
    CameraOff: "Camera off",
    MicOn: "Mic on",
    MicOff: "Mic off",
    More: "More",
    Volume: "Volume",
    SwapPictures: "Swap pictures",
    PopOut: "Picture in picture",
    FullScreen: "Full screen",
    EndCall: "End call",
  },
} as const;
